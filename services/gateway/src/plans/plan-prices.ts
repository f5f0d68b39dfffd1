import type { PriceResponse } from '@flexprice/contracts/catalog'
import { listPlanPrices } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { expandMetering } from '../features/expand-metering.ts'
import { priceResponse } from '../prices/price-response.ts'

/** The prices of each of the plans that have not ended, with what of their metering is asked for. */
export async function planPrices(
  scoped: Scoped,
  planIds: readonly string[],
  asked?: ReadonlySet<string>,
): Promise<(planId: string) => PriceResponse[]> {
  const rows = await listPlanPrices(scoped, planIds, await readNow(scoped))
  const expanded = await expandMetering(scoped, rows, asked)
  const byPlan = Map.groupBy(rows, (row) => row.plan_id)
  return (planId) =>
    (byPlan.get(planId) ?? []).map((row) => ({ ...priceResponse(scoped.scope, row), ...expanded(row) }))
}
