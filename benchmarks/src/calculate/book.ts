import { insertFeature, insertPlan, insertPrices, type PriceRow } from '@flexprice/database/catalog'
import { inTransaction, newId, readNow } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'

/** The period that the subscriptions are billed for next. */
export const period = { start: '2026-08-01T00:00:00.000Z', end: '2026-09-01T00:00:00.000Z' }
export const eventsPerCustomer = 10
export const linesPerSubscription = 5

export interface Book {
  readonly planId: string
  readonly subscriptions: number
  /** Of the metered ones. */
  readonly prices: Readonly<Record<'calls' | 'bytes', string>>
}

/**
 * A plan of five prices, two of them metered: a count by the unit, and a sum in SLAB tiers; so many customers
 * with one subscription each, whose first month has ended, and each one's own events in it.
 */
export async function makeBook(stack: BenchStack, subscriptions: number): Promise<Book> {
  const book = { ...(await makePlan(stack)), subscriptions }
  const { owner, scoped } = stack
  const by = [scoped.scope.environmentId, subscriptions, book.planId]
  const head = `${newId('customer').slice(-18)}`
  await owner.query(
    `insert into customers (id, environment_id, external_id, name, created_at, updated_at, created_by, updated_by)
    select 'cust_' || $4 || lpad(n::text, 8, '0'), $1, $3 || ':' || n, 'Benchmark', now(), now(), 'bench', 'bench'
    from generate_series(1, $2::int) n`,
    [...by, head],
  )
  await owner.query(
    `insert into subscriptions (id, environment_id, customer_id, plan_id, currency, billing_period, billing_anchor,
      start_date, current_period_start, current_period_end, next_billing_at, subscription_status,
      synced_price_sequence, created_at, updated_at, created_by, updated_by)
    select 'subs_' || $4 || lpad(n::text, 8, '0'), $1, 'cust_' || $4 || lpad(n::text, 8, '0'), $3, 'usd', 'MONTHLY',
      $5, $5, $5, $6, $6, 'active', 0, now(), now(), 'bench', 'bench'
    from generate_series(1, $2::int) n`,
    [...by, head, period.start, period.end],
  )
  await owner.query(
    `insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity, start_date,
      created_at, updated_at, created_by, updated_by)
    select 'subli_' || $2 || lpad((row_number() over (order by s.id, p.id))::text, 8, '0'), s.environment_id, s.id,
      p.id, 1, s.start_date, now(), now(), 'bench', 'bench'
    from subscriptions s join prices p on p.plan_id = s.plan_id where s.plan_id = $1 order by s.id, p.id`,
    [book.planId, head],
  )
  await addEvents(stack, book)
  await owner.query('vacuum analyze customers, plans, prices, subscriptions, subscription_line_items, events')
  return book
}

/** In no order that a customer's events would lie together by: one by one they come in turns. */
async function addEvents({ owner, scoped }: BenchStack, { planId, subscriptions }: Book): Promise<void> {
  await owner.query(
    `insert into events (environment_id, event_id, event_name, external_customer_id, timestamp, properties, ingested_at)
    select $1, $2 || ':' || c || ':' || n, case n % 2 when 0 then 'call' else 'upload' end, $2 || ':' || c,
      $4::timestamptz + (n - 1) * interval '3 days' + c * interval '20 ms',
      case n % 2 when 0 then '{}' else jsonb_build_object('bytes', round((c::bigint * 7919 + n * 104729) % 60001 / 1000.0, 3)) end, now()
    from generate_series(1, $5::int) n, generate_series(1, $3::int) c`,
    [scoped.scope.environmentId, planId, subscriptions, period.start, eventsPerCustomer],
  )
}

async function makePlan({ scoped }: BenchStack): Promise<Pick<Book, 'planId' | 'prices'>> {
  const now = await readNow(scoped)
  const { id: planId } = await insertPlan(scoped, { name: 'Book' }, now)
  return inTransaction(scoped, async (transaction) => {
    const meterOf = async (
      eventName: string,
      meter: { aggregation_type: 'COUNT' | 'SUM'; field?: string },
    ) => {
      const { meter_id } = await insertFeature(
        transaction,
        {
          name: eventName,
          type: 'metered',
          meter: { name: eventName, event_name: eventName, reset_usage: 'BILLING_PERIOD', ...meter },
        },
        now,
      )
      assert(meter_id, 'a metered feature has a meter')
      return meter_id
    }
    const calls = await meterOf('call', { aggregation_type: 'COUNT' })
    const bytes = await meterOf('upload', { aggregation_type: 'SUM', field: 'bytes' })
    const price = {
      plan_id: planId,
      type: 'FIXED',
      billing_model: 'FLAT_FEE',
      currency: 'usd',
      billing_period: 'MONTHLY',
      invoice_cadence: 'ADVANCE',
      start_date: new Date('2020-01-01T00:00:00.000Z'),
    } as const
    const usage = { ...price, type: 'USAGE', invoice_cadence: 'ARREAR' } as const
    const rows = await insertPrices(
      transaction,
      [
        { ...price, amount: '29.00' },
        { ...price, amount: '4.99' },
        { ...price, amount: '1.50', invoice_cadence: 'ARREAR' },
        { ...usage, amount: '0.0125', meter_id: calls },
        { ...usage, billing_model: 'TIERED', tier_mode: 'SLAB', tiers: [...tiers], meter_id: bytes },
      ],
      now,
    )
    const ofMeter = (meterId: string) => {
      const price = rows.find(({ meter_id }) => meter_id === meterId)
      assert(price, 'a meter has its price')
      return price.id
    }
    return { planId, prices: { calls: ofMeter(calls), bytes: ofMeter(bytes) } }
  })
}

const tiers: NonNullable<PriceRow['tiers']> = [
  { up_to: 100, unit_amount: '0.03', flat_amount: '1' },
  { up_to: null, unit_amount: '0.0111', flat_amount: null },
]
