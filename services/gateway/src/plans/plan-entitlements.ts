import type { EntitlementResponse } from '@flexprice/contracts/entitlements'
import type { Scoped } from '@flexprice/database/connection'
import { listPlanEntitlements } from '@flexprice/database/subscriptions'
import { entitlementResponse } from '../entitlements/entitlement-response.ts'
import { featuresById } from '../entitlements/expand-entitlements.ts'

/** The entitlements of each of the plans, with their features where they are asked for. */
export async function planEntitlements(
  scoped: Scoped,
  planIds: readonly string[],
  { withFeatures }: { withFeatures: boolean },
): Promise<(planId: string) => EntitlementResponse[]> {
  const rows = await listPlanEntitlements(scoped, planIds)
  const features = await featuresById(scoped, withFeatures ? rows.map((row) => row.feature_id) : [])
  const byPlan = Map.groupBy(rows, (row) => row.plan_id)
  return (planId) =>
    (byPlan.get(planId) ?? []).map((row) => ({
      ...entitlementResponse(scoped.scope, row),
      feature: features.get(row.feature_id),
    }))
}
