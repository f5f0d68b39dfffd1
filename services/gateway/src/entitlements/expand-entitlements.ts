import type { EntitlementResponse } from '@flexprice/contracts/entitlements'
import { listFeatures } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import type { EntitlementRow } from '@flexprice/database/entitlements'
import { featureResponse } from '../features/feature-response.ts'
import { plansById } from '../plans/plans-by-id.ts'

/** The features of those ids as other records show them, by one query. */
export async function featuresById(scoped: Scoped, ids: readonly string[]) {
  const rows = ids.length === 0 ? [] : await listFeatures(scoped, [...new Set(ids)])
  return new Map(rows.map((row) => [row.id, featureResponse(scoped.scope, row)]))
}

const all = new Set(['features', 'plans'])

/** The feature and the plan of each entitlement, as far as they are asked for, read by one query each. */
export async function expandEntitlements(
  scoped: Scoped,
  rows: readonly EntitlementRow[],
  asked: ReadonlySet<string> = all,
): Promise<(row: EntitlementRow) => Pick<EntitlementResponse, 'feature' | 'plan'>> {
  const withFeatures = asked.has('feature') || asked.has('features')
  const withPlans = asked.has('plan') || asked.has('plans')
  const [features, plans] = await Promise.all([
    featuresById(scoped, withFeatures ? rows.map((row) => row.feature_id) : []),
    plansById(scoped, withPlans ? rows.flatMap((row) => row.plan_id ?? []) : []),
  ])
  return ({ feature_id, plan_id }) => ({
    feature: features.get(feature_id),
    plan: plans.get(plan_id ?? ''),
  })
}
