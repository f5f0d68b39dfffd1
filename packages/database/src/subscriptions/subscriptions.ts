import { assert, notFound } from '@flexprice/domain'
import type { PriceVersion } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { bulkIdHead, newId } from '../connection/ids.ts'
import type { BillingPeriodColumn } from '../tables/row-types.ts'
import { endIn, reachedIn, readReachedPairs, startIn } from './reached-pairs.ts'
import { sharePlans } from './subscription-facts.ts'

/** A subscription to be inserted, its periods already computed (calendars are TypeScript's). */
export interface NewSubscription {
  readonly customerId: string
  readonly currency: string
  readonly billingPeriod: Exclude<BillingPeriodColumn, 'ONETIME'>
  readonly billingPeriodCount: number
  readonly billingCycle: 'anniversary' | 'calendar'
  readonly billingAnchor: Date
  readonly timezone: string
  readonly startDate: Date
  readonly endDate: Date | null
  readonly currentPeriodStart: Date
  readonly currentPeriodEnd: Date
  readonly status: 'active' | 'trialing' | 'incomplete' | 'draft' | 'paused'
}

/** One call inserts at most this many; more is the caller's loop. */
export const subscriptionsInsertMax = 5_000

/**
 * Inserts subscriptions of one plan with their lines, in one transaction and three statements: a line
 * from each of the plan's prices with the same currency, period and count (and ONETIME ones) whose span
 * reaches past the subscription's start, of a chain of ONETIME prices the earliest (billing rules, section 7).
 * The plan is shared (`sharePlans`): no price edit can slip past between its lines and its sequence.
 * A customer's row is locked against its deletion, which only marks it: the foreign key alone would let it pass.
 * Whether a subscription without any compatible price may exist is the caller's question.
 * For demo data, benchmarks and tests, which want many alike and no invoices: callers' subscriptions are made from
 * the rules by `insertSubscriptionCreations`.
 *
 * @returns the new ids, in the order given
 * @throws not_found when the environment has no such published plan or customer
 */
export function insertSubscriptions(
  scoped: Scoped,
  insert: { planId: string; subscriptions: readonly NewSubscription[]; now: Date },
): Promise<string[]> {
  const { subscriptions } = insert
  assert(
    subscriptions.length <= subscriptionsInsertMax,
    `at most ${subscriptionsInsertMax} subscriptions at once`,
  )
  if (subscriptions.length === 0) return Promise.resolve([])
  const ids = subscriptions.map(() => newId('subscription'))
  return inTransaction(scoped, async (transaction) => {
    const [plan] = await sharePlans(transaction, [insert.planId])
    if (!plan) throw notFound('Plan', insert.planId)
    await insertRows(transaction, { ...insert, ids, priceSequence: plan.price_sequence })
    await insertLines(transaction, { ...insert, ids })
    return ids
  })
}

async function insertRows(
  scoped: Scoped,
  rows: {
    planId: string
    ids: string[]
    subscriptions: readonly NewSubscription[]
    priceSequence: number
    now: Date
  },
): Promise<void> {
  const { environmentId, userId } = scoped.scope
  const { subscriptions } = rows
  const column = <Value>(read: (subscription: NewSubscription) => Value): Value[] => subscriptions.map(read)
  const { numAffectedRows } = await sql`
    insert into subscriptions (id, environment_id, customer_id, plan_id, currency, billing_period,
      billing_period_count, billing_cycle, billing_anchor, timezone, start_date, end_date, current_period_start,
      current_period_end, subscription_status, next_billing_at, synced_price_sequence, created_at, updated_at,
      created_by, updated_by)
    select s.id, c.environment_id, c.id, ${rows.planId}, currency, billing_period, billing_period_count, billing_cycle,
      billing_anchor, s.timezone, start_date, end_date, current_period_start, current_period_end, s.status,
      case when s.status in ('active', 'trialing') then current_period_end end, ${rows.priceSequence}, ${rows.now},
      ${rows.now}, ${userId}, ${userId}
    from unnest(${rows.ids}::text[], ${column((s) => s.customerId)}::text[], ${column((s) => s.currency)}::text[],
      ${column((s) => s.billingPeriod)}::text[], ${column((s) => s.billingPeriodCount)}::int[],
      ${column((s) => s.billingCycle)}::text[], ${column((s) => s.billingAnchor)}::timestamptz[],
      ${column((s) => s.timezone)}::text[], ${column((s) => s.startDate)}::timestamptz[],
      ${column((s) => s.endDate)}::timestamptz[], ${column((s) => s.currentPeriodStart)}::timestamptz[],
      ${column((s) => s.currentPeriodEnd)}::timestamptz[], ${column((s) => s.status)}::text[])
      as s (id, customer_id, currency, billing_period, billing_period_count, billing_cycle, billing_anchor,
        timezone, start_date, end_date, current_period_start, current_period_end, status)
      join customers c on c.environment_id = ${environmentId} and c.id = s.customer_id and c.status = 'published'
    order by s.id for key share of c`.execute(scoped.db)
  if (numAffectedRows !== BigInt(subscriptions.length)) {
    throw await missingCustomer(
      scoped,
      column((s) => s.customerId),
    )
  }
}

async function missingCustomer(scoped: Scoped, ids: readonly string[]): Promise<Error> {
  const found = await scoped.db
    .selectFrom('customers')
    .select('id')
    .where('id', 'in', ids)
    .where('status', '=', 'published')
    .execute()
  const missing = ids.find((id) => !found.some((customer) => customer.id === id))
  assert(missing, 'a subscription that was not inserted has no customer')
  return notFound('Customer', missing)
}

/** All versions of those of the plan's chains in which one waits for a subscription's period. */
async function readWaitingChains({ db, scope }: Scoped, planId: string): Promise<PriceVersion[]> {
  const { rows } = await sql<PriceVersion>`
    select p.id, p.root_price_id, p.start_date, p.end_date, p.waits_for from prices p
    where p.environment_id = ${scope.environmentId} and p.plan_id = ${planId} and p.status = 'published'
      and exists (select from prices waiting where waiting.environment_id = p.environment_id
        and waiting.root_price_id = p.root_price_id and waiting.waits_for is not null and waiting.status = 'published')
    order by p.id`.execute(db)
  return rows
}

async function insertLines(
  scoped: Scoped,
  lines: { planId: string; ids: string[]; now: Date },
): Promise<void> {
  const { environmentId, userId } = scoped.scope
  const versions = await readWaitingChains(scoped, lines.planId)
  const reached = await readReachedPairs(scoped, { versions, subscriptionIds: lines.ids })
  await sql`
    insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity, start_date, end_date,
      ended_by, created_at, updated_at, created_by, updated_by)
    select ${bulkIdHead('lineItem')} || lpad(upper(to_hex(row_number() over ())), 8, '0'), ${environmentId}, s.id, p.id,
      coalesce(p.min_quantity, 1), greatest(s.start_date, p.start_date), p.end_date,
      case when p.end_date is not null then 'price' end, ${lines.now}, ${lines.now}, ${userId}, ${userId}
    from (select s.*, ${reachedIn(reached)} as reached from subscriptions s
      where environment_id = ${environmentId} and id = any (${lines.ids}) order by id) s
    cross join lateral (
      select id, min_quantity, ${startIn(reached)} as start_date, ${endIn(reached)} as end_date from prices p
      where p.plan_id = ${lines.planId} and p.status = 'published' and p.currency = s.currency
        and ((p.billing_period = s.billing_period and p.billing_period_count = s.billing_period_count)
          or p.billing_period = 'ONETIME')
        and (${endIn(reached)} is null or ${endIn(reached)} > greatest(s.start_date, ${startIn(reached)}))
        and (p.billing_period <> 'ONETIME' or not exists (
          select from prices earlier
          where earlier.environment_id = p.environment_id and earlier.root_price_id = p.root_price_id
            and earlier.status = 'published' and earlier.start_date < p.start_date
            and earlier.end_date > greatest(s.start_date, earlier.start_date)))
      order by p.id
    ) p`.execute(scoped.db)
}
