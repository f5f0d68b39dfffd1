import type { GroupResponse } from '@flexprice/contracts/catalog'
import type { GroupRow } from '@flexprice/database/catalog'

/** A group; with what is in it where that was looked up. */
export function groupResponse(row: GroupRow, entityIds?: readonly string[]): GroupResponse {
  return {
    id: row.id,
    name: row.name,
    lookup_key: row.lookup_key,
    entity_type: row.entity_type,
    entity_ids: entityIds && [...entityIds],
    metadata: { ...row.metadata },
    status: row.status,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
