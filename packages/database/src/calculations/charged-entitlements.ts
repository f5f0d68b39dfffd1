import { entitlementSources } from '@flexprice/domain/entitlement'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { EntitlementRow } from '../entitlements/entitlements.ts'

/** A subscription with a plan that it has, or had. */
export interface PlanOf {
  readonly id: string
  readonly plan_id: string
}

/** The other plans that lines of the subscriptions are of. */
export function formerPlans(
  subscriptions: readonly PlanOf[],
  linesOf: ReadonlyMap<string, readonly { readonly planId: string | null }[]>,
): PlanOf[] {
  return subscriptions.flatMap(({ id, plan_id }) => {
    const lines = linesOf.get(id)
    if (!lines?.some(({ planId }) => planId !== null && planId !== plan_id)) return []
    const plans = new Set(lines.flatMap(({ planId }) => planId ?? []))
    plans.delete(plan_id)
    return [...plans].map((former) => ({ id, plan_id: former }))
  })
}

export interface EntitlementsOf {
  present(subscriptionId: string): ReadonlyMap<string, readonly EntitlementRow[]>
  /** By the plan. */
  ofFormers(formers: readonly PlanOf[]): ReadonlyMap<string, ReadonlyMap<string, readonly EntitlementRow[]>>
}

const noFormers: ReturnType<EntitlementsOf['ofFormers']> = new Map()

/** What plans and the subscriptions themselves grant of the meters: one statement, however many. */
export async function readEntitlements(
  scoped: Scoped,
  { subscriptions, formers }: { subscriptions: readonly PlanOf[]; formers: readonly PlanOf[] },
  meterIds: readonly string[],
): Promise<EntitlementsOf> {
  const nothing: ReadonlyMap<string, readonly EntitlementRow[]> = new Map()
  // Most have none: what each of a page's subscriptions would hold is one.
  const none: EntitlementsOf = {
    present: () => nothing,
    ofFormers: (formers) =>
      formers.length === 0 ? noFormers : new Map(formers.map((of) => [of.plan_id, nothing])),
  }
  if (meterIds.length === 0) return none
  const ids = subscriptions.map(({ id }) => id)
  const planIds = [...new Set([...subscriptions, ...formers].map(({ plan_id }) => plan_id))]
  const { rows } = await sql<EntitlementRow & { meter_id: string }>`
    select e.*, f.meter_id from entitlements e
    join features f on f.environment_id = e.environment_id and f.id = e.feature_id
    where (e.plan_id = any (${planIds}::text[]) or e.subscription_id = any (${ids}::text[]))
      and f.meter_id = any (${meterIds}::text[]) and e.status = 'published'
    order by e.id`.execute(scoped.db)
  if (rows.length === 0) return none
  const bySubscription = Map.groupBy(
    entitlementSources(subscriptions, rows),
    ({ subscription_id }) => subscription_id,
  )
  const byMeter = (sources: readonly { readonly entitlement: (typeof rows)[number] }[]) =>
    Map.groupBy(
      sources.map(({ entitlement }) => entitlement),
      ({ meter_id }) => meter_id,
    )
  return {
    present: (id) => byMeter(bySubscription.get(id) ?? []),
    ofFormers: (formers) =>
      formers.length === 0
        ? noFormers
        : new Map(formers.map((of) => [of.plan_id, byMeter(entitlementSources([of], rows))])),
  }
}
