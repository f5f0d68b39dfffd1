import { insertPlan, insertPrices } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'

const itemsPerList = 1_000
const waitsMax = 60

export interface Offers {
  readonly basic: string
  readonly pro: string
  readonly customerId: string
}

/** Two monthly plans in advance, of 30 and of 90: each change credits and charges most of a month. */
export async function makeOffers(stack: BenchStack): Promise<Offers> {
  const now = await readNow(stack.scoped)
  const customer = await insertCustomer(stack.scoped, { external_id: 'bench', name: 'Benchmark' }, now)
  return {
    basic: await makePlan(stack, 'Basic', '30'),
    pro: await makePlan(stack, 'Pro', '90'),
    customerId: customer.id,
  }
}

async function makePlan({ scoped }: BenchStack, name: string, amount: string): Promise<string> {
  const now = await readNow(scoped)
  const { id } = await insertPlan(scoped, { name }, now)
  const price = {
    plan_id: id,
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    amount,
    currency: 'usd',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
  } as const
  await inTransaction(scoped, (transaction) => insertPrices(transaction, [price], now))
  return id
}

/** So many subscriptions of 30, each with its opening invoice. @returns those that nobody has changed yet */
export async function subscribe(
  stack: BenchStack,
  { basic, customerId }: Offers,
  count: number,
): Promise<string[]> {
  const of = { customer_id: customerId, plan_id: basic, currency: 'usd', billing_period: 'MONTHLY' }
  for (let made = 0; made < count; made += itemsPerList) {
    const items = Array.from({ length: Math.min(itemsPerList, count - made) }, () => of)
    await untilDone(stack, await post(stack, '/v1/subscriptions/bulk', { items }))
  }
  await stack.owner.query(
    'vacuum analyze subscriptions, subscription_line_items, invoices, invoice_line_items',
  )
  await stack.superuser.query('checkpoint')
  const { rows } = await stack.owner.query<{ id: string }>(
    'select id from subscriptions where plan_id = $1 order by id',
    [basic],
  )
  return rows.map(({ id }) => id)
}

/** Whether each of them was changed once, and invoiced once for it: for more than nothing and less than 60. */
export async function areChangedOnce(
  stack: BenchStack,
  { pro }: Offers,
  ids: readonly string[],
): Promise<boolean> {
  const { rows } = await stack.owner.query<{ changed: string }>(
    `select count(*) as changed from unnest($1::text[]) as id join subscriptions s using (id)
     where s.plan_id = $2 and (select count(*) from subscription_changes c where c.subscription_id = s.id) = 1
       and (select count(*) filter (where total > 0 and total < 60.01) from invoices i
         where i.subscription_id = s.id and i.billing_reason = 'SUBSCRIPTION_UPDATE') = 1`,
    [ids, pro],
  )
  return Number(rows[0]?.changed) === ids.length
}

export async function post(stack: BenchStack, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(stack.gatewayUrl + path, {
    method: 'POST',
    headers: { 'x-api-key': stack.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return answerOf(response)
}

/** Waits for the workflow that the answer tells of. */
export async function untilDone(stack: BenchStack, { workflow_id }: Record<string, unknown>): Promise<void> {
  const query = new URLSearchParams({ workflow_id: String(workflow_id), wait: '25s' })
  for (let wait = 0; wait < waitsMax; wait++) {
    const response = await fetch(`${stack.gatewayUrl}/v1/tasks/result?${query}`, {
      headers: { 'x-api-key': stack.apiKey },
    })
    const { status } = await answerOf(response)
    if (status === 'Running') continue
    assert(status === 'Completed', `a workflow ended ${status}`)
    return
  }
  throw new Error('The workflow does not end')
}

async function answerOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}: ${text}`)
  // tidy: border — the product's own answer; its shape is the gateway's test, not the benchmark's.
  return JSON.parse(text) as Record<string, unknown>
}
