import { searchPlans } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { pageSizeMax } from '@flexprice/database/search'
import { assert } from '@flexprice/domain'
import { planResponse } from './plan-response.ts'

/** The published plans of those ids, as other records show them; at most as many as a page has rows. */
export async function plansById(scoped: Scoped, ids: readonly string[]) {
  const planIds = [...new Set(ids)]
  if (planIds.length === 0) return new Map<string, ReturnType<typeof planResponse>>()
  assert(planIds.length <= pageSizeMax, 'a page has no more plans than rows')
  const { items } = await searchPlans(scoped, { plan_ids: planIds, limit: pageSizeMax })
  return new Map(items.map((row) => [row.id, planResponse(scoped.scope, row)]))
}
