import { insertPlan } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
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
    `with line as (select subscription_id as id, count(*) as lines from subscription_line_items group by 1),
       invoice as (select subscription_id as id, count(*) filter (where invoice_status = 'FINALIZED') as invoices
         from invoices group by 1),
       billed as (select subscription_id as id, sum(amount) as total from invoice_line_items group by 1)
     select count(*) as subscriptions,
       count(*) filter (where lines is distinct from $1 or invoices is distinct from 1 or total is distinct from $2) as wrong
     from subscriptions left join line using (id) left join invoice using (id) left join billed using (id)`,
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
