/**
 * On whose behalf work is done. Decoded once, at the edge (gateway: from the API key; worker: from
 * the Temporal header), and carried by the database handle, so that no query can be written without it.
 */
export interface Scope {
  readonly tenantId: string
  readonly environmentId: string
  /** Who acts: written to `created_by` and `updated_by`. */
  readonly userId: string
  /** The HTTP request that began the work; ids in logs and answers. */
  readonly requestId: string
}
