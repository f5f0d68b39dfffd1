import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { type Book, period } from '../calculate/book.ts'

const nextPeriodEnd = '2026-10-01T00:00:00.000Z'

/** As before any billing, with so many subscriptions due by the period's end, and no run paying for the one before. */
export async function makeDue({ owner, superuser }: BenchStack, book: Book, due: number): Promise<void> {
  // With whatever refers to them.
  await owner.query(
    `truncate invoices, invoice_line_items, invoice_history, invoice_number_counters, late_looks, late_notices,
      billing_runs, billing_failures cascade`,
  )
  await owner.query(
    `update subscriptions s set version = 1,
      current_period_start = case when n <= $2 then $3::timestamptz else $4 end,
      current_period_end = case when n <= $2 then $4::timestamptz else $5 end,
      next_billing_at = case when n <= $2 then $4::timestamptz else $5 end
    from (select id, row_number() over (order by id) as n from subscriptions where plan_id = $1) numbered
    where s.id = numbered.id and s.plan_id = $1`,
    [book.planId, due, period.start, period.end, nextPeriodEnd],
  )
  await addOpenings(owner, book)
  // The invoices are as after a load: nobody has told PostgreSQL yet what there is.
  await owner.query('vacuum analyze subscriptions')
  await superuser.query('checkpoint')
}

/** Each has had an invoice before, as in life. */
async function addOpenings(owner: BenchStack['owner'], { planId }: Book): Promise<void> {
  await owner.query(
    `insert into invoices (id, environment_id, customer_id, subscription_id, invoice_type, billing_reason,
      invoice_status, payment_status, invoice_number, billing_sequence, currency, billing_period, period_start,
      period_end, subtotal, total, amount_due, issue_date, finalized_at, created_at, updated_at, created_by, updated_by)
    select 'inv_00' || right(id, 24), environment_id, customer_id, id, 'SUBSCRIPTION', 'SUBSCRIPTION_CREATE',
      'FINALIZED', 'PENDING', 'OPENING-' || id, 1, currency, 'MONTHLY', start_date, $2, 33.99, 33.99, 33.99,
      now(), now(), now(), now(), 'bench', 'bench'
    from subscriptions where plan_id = $1 order by id`,
    [planId, period.end],
  )
}

/** The ids of the first ones. */
export async function firstIds({ owner }: BenchStack, { planId }: Book, count: number): Promise<string[]> {
  const { rows } = await owner.query<{ id: string }>(
    'select id from subscriptions where plan_id = $1 order by id limit $2',
    [planId, count],
  )
  return rows.map(({ id }) => id)
}

/** Waits until so many subscriptions have been billed. @returns how many they are */
export async function untilBilled({ owner }: BenchStack, { planId }: Book, count: number): Promise<number> {
  for (let look = 0; look < looksMax; look++) {
    const { rows } = await owner.query<{ billed: number }>(
      'select count(*)::int as billed from subscriptions where plan_id = $1 and current_period_start = $2',
      [planId, period.end],
    )
    const billed = rows[0]?.billed ?? 0
    if (billed >= count) return billed
    await sleep(lookMs)
  }
  throw new Error('The run does not get on')
}

const lookMs = 50
const looksMax = 10_000

const billedLines = `
  select i.subscription_id, i.period_start as invoice_start, i.period_end as invoice_end, i.total, i.amount_due,
    l.subscription_line_item_id, l.quantity, l.amount, l.period_start, l.period_end
  from invoices i join invoice_line_items l on l.environment_id = i.environment_id and l.invoice_id = i.id
  where i.billing_reason = 'SUBSCRIPTION_CYCLE' and i.invoice_status = 'FINALIZED'`

/** What the invoices are by now, to be held against those of other runs. */
export async function keepAsExpected({ owner }: BenchStack): Promise<void> {
  await owner.query(`drop table if exists bench_expected`)
  await owner.query(`create unlogged table bench_expected as ${billedLines}`)
}

/** What a run has left behind, against what was kept and against what must be. */
export async function checkBilled(
  { owner }: BenchStack,
  book: Book,
  due: number,
): Promise<Readonly<Record<string, boolean>>> {
  const { rows } = await owner.query<Record<string, number>>(
    `with cycle as (select * from invoices where billing_reason = 'SUBSCRIPTION_CYCLE')
    select
      (select count(*)::int from (
        (table bench_expected except all ${billedLines}) union all (${billedLines} except all table bench_expected)
      ) d) as differing,
      (select count(*)::int from cycle where billing_sequence = 2) as invoices,
      (select count(distinct (subscription_id, period_start))::int from cycle) as periods,
      (select count(*)::int from invoice_history) as changes,
      (select count(distinct invoice_number)::int from cycle) as numbers,
      (select coalesce(max(split_part(invoice_number, '-', 3)::int), 0) from cycle) as greatest_number,
      (select coalesce(max(last_number), 0)::int from invoice_number_counters) as last_number,
      (select count(*)::int from subscriptions where plan_id = $1 and current_period_start = $2
        and current_period_end = $3 and next_billing_at = $3 and version = 2) as advanced`,
    [book.planId, period.end, nextPeriodEnd],
  )
  const [found] = rows
  assert(found, 'a select of aggregates has one row')
  return {
    'each line and total equal to the cent': found.differing === 0,
    'one invoice a subscription and period': found.invoices === due && found.periods === due,
    'history complete': found.changes === 2 * due,
    'numbers without gaps':
      found.numbers === due && found.greatest_number === due && found.last_number === due,
    'subscriptions advanced': found.advanced === due,
  }
}
