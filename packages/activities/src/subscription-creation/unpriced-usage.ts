import type { PlanFacts, SubscriptionFacts } from '@flexprice/database/subscriptions'

/** So many names in one text. */
const namesMax = 10

/** A plan with the meters of its USAGE prices. */
export type MeteredPlan = Pick<PlanFacts, 'prices' | 'metered'> & Pick<SubscriptionFacts, 'meters'>

/**
 * Usage that nobody will be billed for, as a subscription begins on a plan or comes to it: of what the plan meters, by its
 * prices or what it entitles to, and of what was metered before, as far as no line prices it.
 *
 * @param known the names of other meters that are asked for, by id
 */
export function unpricedUsage(
  plan: MeteredPlan,
  priced: ReadonlySet<string | null>,
  known: Iterable<readonly [string, string]> = [],
): string[] {
  const names = new Map([
    ...known,
    ...plan.prices.flatMap(({ meter_id: id }): [string, string][] =>
      id === null ? [] : [[id, plan.meters.get(id)?.name ?? id]],
    ),
    ...plan.metered.map(({ meter_id, name }) => [meter_id, name] as const),
  ])
  const unpriced = [...names].filter(([id]) => !priced.has(id)).map(([, name]) => name)
  if (unpriced.length === 0) return []
  return [`The subscription has no price for the usage of ${namesOf(unpriced)}: nobody will be billed for it`]
}

export function namesOf(names: readonly string[]): string {
  const more = names.length - namesMax
  return `${names.slice(0, namesMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
