import type { Boundaries } from '@flexprice/domain/subscription'
import { type Grid, later } from '@flexprice/domain/time'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type Reading, reading, together } from '../connection/together.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'

export type BoundedSubscription = Pick<
  Selectable<SubscriptionTable>,
  | 'id'
  | 'start_date'
  | 'trial_end'
  | 'billing_anchor'
  | 'billing_period'
  | 'billing_period_count'
  | 'timezone'
>

/** The boundaries that a version of a price can wait for, of each of the subscriptions, by its id. */
export async function readBoundaries(
  scoped: Scoped,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, Boundaries>> {
  if (subscriptionIds.length === 0) return new Map()
  const [boundaries] = await together(scoped, boundariesRead(scoped, sql`${subscriptionIds}::text[]`))
  return boundaries
}

/** The same, to be sent beside others. */
export function boundariesRead(
  { scope }: Scoped,
  subscriptionIds: RawBuilder<unknown>,
): Reading<ReadonlyMap<string, Boundaries>> {
  // A change of plan, and one to another period of the same plan: what they bring is new to the subscription.
  const statement = sql<BoundedSubscription & { since: Date | null }>`
    select s.id, s.start_date, s.trial_end, s.billing_anchor, s.billing_period, s.billing_period_count, s.timezone,
      (select max(c.effective_at) from subscription_changes c
        where c.environment_id = s.environment_id and c.subscription_id = s.id and c.kind = 'plan_change'
          and c.to_plan_id = s.plan_id and c.result ->> 'is_scheduled' = 'false') as since
    from subscriptions s
    where s.environment_id = ${scope.environmentId} and s.id = any (${subscriptionIds})`
  const boundariesOf = createBoundaries()
  return reading(statement, (rows) => new Map(rows.map((row) => [row.id, boundariesOf(row)])))
}

/** Subscriptions that are alike share a grid: the calendar remembers its last intervals. */
function createBoundaries(): (row: BoundedSubscription & { readonly since: Date | null }) => Boundaries {
  const grids = new Map<string, Grid>()
  return (row) => {
    const { billing_anchor: anchor, billing_period: period, billing_period_count: count } = row
    const key = `${anchor.getTime()} ${period} ${count} ${row.timezone}`
    const grid = grids.get(key) ?? { anchor, period, count, timeZone: row.timezone }
    grids.set(key, grid)
    const since = row.since ? later(row.start_date, row.since) : row.start_date
    return { since, trialEnd: row.trial_end, grid }
  }
}
