/** What is sent, by whom. */
export interface Attack {
  readonly kind: 'requests' | 'large-bodies' | 'slow-bodies'
  readonly url: string
  readonly path: string
  readonly connections: number
  /** How long; large bodies end with the last of them. */
  readonly seconds: number
  /** Of the connections, by turns; without any each request has a key of its own that nobody knows. */
  readonly keys: readonly string[]
}

/** By status, `none` where a connection ended without an answer. */
export type Attacked = Readonly<Record<string, { readonly count: number; readonly p99_ms: number }>>
