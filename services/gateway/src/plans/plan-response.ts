import type { PlanResponse } from '@flexprice/contracts/plans'
import type { PlanRow } from '@flexprice/database/catalog'
import type { Scope } from '@flexprice/domain'
import { recordResponse } from '../record-response.ts'

/** A plan, without its prices and entitlements, and without how far they are synced. */
export function planResponse(
  scope: Scope,
  row: PlanRow,
): Omit<PlanResponse, 'prices' | 'entitlements' | 'price_sync_status'> {
  return {
    ...recordResponse(scope, row),
    status: row.status,
    name: row.name,
    description: row.description,
    lookup_key: row.lookup_key ?? undefined,
    display_order: row.display_order ?? undefined,
    metadata: { ...row.metadata },
  }
}
