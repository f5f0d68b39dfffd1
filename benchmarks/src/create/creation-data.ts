import { insertCustomer, insertPlan, readNow } from '@flexprice/database'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { addPrices } from '../price-sync/plan-data.ts'

const lines = 5

/** A customer and a plan with five monthly prices in advance: each subscription gets five lines and an invoice of five. */
export async function makeOffer(stack: BenchStack): Promise<Readonly<Record<string, unknown>>> {
  const { scoped } = stack
  const now = await readNow(scoped)
  const plan = await insertPlan(scoped, { name: 'Plan' }, now)
  const customer = await insertCustomer(scoped, { external_id: plan.id, name: 'Benchmark' }, now)
  await addPrices(stack, plan.id, lines)
  return { customer_id: customer.id, plan_id: plan.id, currency: 'usd', billing_period: 'MONTHLY' }
}

export interface Counted {
  readonly subscriptions: number
  readonly exact: boolean
}

/** Whether each subscription has its five lines and one finalized invoice over the sum of its five, to the cent. */
export async function countCreations(stack: BenchStack): Promise<Counted> {
  const { rows } = await stack.owner.query<{ subscriptions: string; wrong: string }>(
    `select count(*) as subscriptions, count(*) filter (where lines <> $1 or invoices <> 1 or total <> $2) as wrong
     from (select s.id,
         (select count(*) from subscription_line_items l where l.subscription_id = s.id) as lines,
         (select count(*) from invoices i where i.subscription_id = s.id and i.invoice_status = 'FINALIZED') as invoices,
         (select sum(amount) from invoice_line_items l where l.subscription_id = s.id) as total
       from subscriptions s) counted`,
    [lines, '49.95'],
  )
  assert(rows[0], 'an aggregate has one row')
  return { subscriptions: Number(rows[0].subscriptions), exact: rows[0].wrong === '0' }
}

const created = [
  'invoice_history',
  'invoice_line_items',
  'invoices',
  'subscription_line_items',
  'subscriptions',
] as const

/** Empties what creations write, so that each run begins alike. */
export async function forgetCreations(stack: BenchStack): Promise<void> {
  // No TRUNCATE: it would have to take the prices along, which may belong to a subscription.
  for (const table of created) await stack.owner.query(`delete from ${table}`)
  await stack.owner.query(`vacuum analyze ${created.join(', ')}`)
  await stack.superuser.query('checkpoint')
}
