import type { Scope } from '@flexprice/domain'

interface RecordRow {
  readonly id: string
  readonly environment_id: string
  readonly created_at: Date
  readonly updated_at: Date
  readonly created_by: string
  readonly updated_by: string
}

/** The fields that every record shows. Rows know their environment; its tenant is the caller's. */
export function recordResponse({ tenantId }: Scope, row: RecordRow) {
  return {
    id: row.id,
    tenant_id: tenantId,
    environment_id: row.environment_id,
    created_at: row.created_at,
    updated_at: row.updated_at,
    created_by: row.created_by,
    updated_by: row.updated_by,
  }
}
