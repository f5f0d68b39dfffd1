import type { MeterResponse } from '@flexprice/contracts/catalog'
import type { MeterRow } from '@flexprice/database/catalog'
import type { Scope } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'

export function meterResponse({ tenantId }: Scope, row: MeterRow): MeterResponse {
  return {
    id: row.id,
    tenant_id: tenantId,
    name: row.name,
    event_name: row.event_name,
    aggregation: {
      type: row.aggregation_type,
      field: row.field ?? undefined,
      multiplier: row.multiplier === null ? undefined : decimalText(row.multiplier),
      bucket_size: row.bucket_size ?? undefined,
      group_by: row.group_by ?? undefined,
    },
    filters: row.filters.map(({ key, values }) => ({ key, values: [...values] })),
    reset_usage: row.reset_usage,
    status: row.status,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
