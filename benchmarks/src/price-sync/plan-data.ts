import { insertPlan, insertPrices } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { assert } from '@flexprice/domain'
import { insertMonthlySubscriptions } from '@flexprice/testing'
import type { BenchStack } from '../bench-stack.ts'

/** A plan with so many monthly subscriptions of one customer, made before it had a price: all are missing. */
export async function makePlan(stack: BenchStack, subscriptions: number): Promise<string> {
  const { scoped } = stack
  const now = await readNow(scoped)
  const plan = await insertPlan(scoped, { name: `Plan of ${subscriptions}` }, now)
  const customer = await insertCustomer(scoped, { external_id: plan.id, name: 'Benchmark' }, now)
  await insertMonthlySubscriptions(scoped, { planId: plan.id, customerId: customer.id, count: subscriptions })
  return plan.id
}

/** Adds flat monthly prices to a plan; its subscriptions do not have them yet. */
export async function addPrices(stack: BenchStack, planId: string, count: number): Promise<string[]> {
  const now = await readNow(stack.scoped)
  const price = {
    plan_id: planId,
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    amount: '9.99',
    currency: 'usd',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
  } as const
  const rows = await inTransaction(stack.scoped, (transaction) =>
    insertPrices(
      transaction,
      Array.from({ length: count }, () => price),
      now,
    ),
  )
  return rows.map((row) => row.id)
}

/** Takes all line items away and puts the plan's watermark back: everything is missing again. */
export async function resetSync(stack: BenchStack, planId: string): Promise<void> {
  await stack.owner.query('truncate subscription_line_items')
  await stack.owner.query('update plans set synced_price_sequence = 0 where id = $1', [planId])
  await settle(stack)
}

/** No run pays for the writes of the one before it. */
export async function settle(stack: BenchStack): Promise<void> {
  await stack.owner.query('vacuum analyze subscription_line_items')
  await stack.superuser.query('checkpoint')
}

export async function countLines(
  stack: BenchStack,
  planId: string,
): Promise<{ lines: number; duplicates: number }> {
  const { rows } = await stack.owner.query<{ lines: string; duplicates: string }>(
    `select count(*) as lines, count(*) - count(distinct (l.subscription_id, l.price_id)) as duplicates
     from subscription_line_items l join prices p on p.id = l.price_id where p.plan_id = $1`,
    [planId],
  )
  assert(rows[0], 'an aggregate has one row')
  return { lines: Number(rows[0].lines), duplicates: Number(rows[0].duplicates) }
}

/** The least work that gives the same rows: one statement, the same table, indexes, row security and id form. */
export function bareInsert(stack: BenchStack, planId: string, priceIds: readonly string[]) {
  return {
    text: `insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity, start_date,
        created_at, updated_at, created_by, updated_by)
      select $1 || lpad(upper(to_hex(row_number() over ())), 8, '0'), s.environment_id, s.id, p.id, 1,
        greatest(s.start_date, p.start_date), now(), now(), $2, $2
      from (select * from subscriptions where plan_id = $3 and subscription_status <> 'cancelled' order by id) s
      cross join (select * from prices where plan_id = $3 and id = any ($4) order by id) p`,
    values: [`subli_${floorIdHead()}`, stack.scoped.scope.userId, planId, priceIds],
  }
}

let floors = 0

/** Eighteen characters that sort behind the product's ids, another each time. */
function floorIdHead(): string {
  floors += 1
  return `7ZZZZZZZZZ${floors.toString().padStart(8, '0')}`
}
