import { setTimeout as sleep } from 'node:timers/promises'
import { workflows } from '@flexprice/contracts/workflows'
import { insertSubscriptions } from '@flexprice/database/subscriptions'
import { priceBody } from '@flexprice/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

const start = new Date('2026-08-01T00:00:00.000Z')
const end = new Date('2026-09-01T00:00:00.000Z')
const customers = 20
/** Several pages of a thousand in each of the two slices. */
const subscriptionsPerCustomer = 300
const subscriptions = customers * subscriptionsPerCustomer
const timeoutMs = 300_000

test(
  'kill -9 of the worker in the middle of a calculation: after its restart each subscription is there once, and the sums are right',
  async () => {
    await using stack = await startStack({ workflows: ['calculate-charges'] })
    const { planId, cents } = await makeBook(stack)
    const started = startedSchema.parse(
      await accepted(stack, '/calculations', { plan_id: planId, create_drafts: true }),
    )
    await untilPages(stack)
    await stack.worker.kill()
    const before = await countWork(stack)
    expect(before.items).toBeGreaterThan(0)
    expect(before.items, 'it was over before it was killed: it needs more subscriptions').toBeLessThan(
      subscriptions,
    )
    // A page is one transaction: what was counted, listed and drafted never differ.
    expect(before).toMatchObject({ counted: before.items, drafts: before.items, lines: 2 * before.items })
    await stack.startWorker()
    const expected = formatCents(cents)
    const totals = [
      { currency: 'usd', subscriptions, failed: 0, subtotal: expected, total: expected },
    ] as const
    expect(await untilCompleted(stack, started.workflow_id)).toMatchObject({
      ...{ subscriptions_processed: subscriptions, subscriptions_failed: 0, totals },
    })
    expect(await countWork(stack)).toEqual({
      items: subscriptions,
      counted: subscriptions,
      drafts: subscriptions,
      draftedOnce: subscriptions,
      lines: 2 * subscriptions,
      itemsCents: cents,
      draftsCents: cents,
    })
    expect(await stack.api.send('GET', `/calculations/${started.calculation_id}`)).toMatchObject({
      ...{ status: 'COMPLETED', subscriptions_total: subscriptions, totals },
    })
  },
  timeoutMs,
)

const created = z.looseObject({ id: z.string() })
const startedSchema = z.looseObject({ workflow_id: z.string(), calculation_id: z.string() })

/** Customers that differ in their usage: 10.00 in advance, and 0.50 for each call; the sum of it in cents. */
async function makeBook({ api, scoped, database }: StackUnderTest) {
  const long = { start_date: '2020-01-01T00:00:00Z' }
  const feature = z.looseObject({ meter_id: z.string() }).parse(
    await api.send('POST', '/features', {
      name: 'Calls',
      type: 'metered',
      meter: {
        name: 'calls',
        event_name: 'call',
        aggregation: { type: 'COUNT' },
        reset_usage: 'BILLING_PERIOD',
      },
    }),
  )
  const { id: planId } = created.parse(await api.send('POST', '/plans', { name: 'Pro' }))
  await api.send('POST', '/prices', priceBody(planId, { ...long, amount: '10' }))
  const usage = { type: 'USAGE', invoice_cadence: 'ARREAR', meter_id: feature.meter_id, amount: '0.5' }
  await api.send('POST', '/prices', priceBody(planId, { ...long, ...usage }))
  let cents = 0
  for (let customer = 1; customer <= customers; customer++) {
    const body = { external_id: `customer-${customer}`, name: 'Ada' }
    const { id } = created.parse(await api.send('POST', '/customers', body))
    const of = {
      planId,
      now: start,
      subscriptions: Array.from({ length: subscriptionsPerCustomer }, () => monthly(id)),
    }
    await insertSubscriptions(scoped, of)
    cents += subscriptionsPerCustomer * (1_000 + 50 * customer)
  }
  await addEvents(database.ownerUrl, scoped.scope.environmentId)
  return { planId, cents }
}

function monthly(customerId: string) {
  return {
    customerId,
    currency: 'usd',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: start,
    timezone: 'UTC',
    startDate: start,
    endDate: null,
    currentPeriodStart: start,
    currentPeriodEnd: end,
    status: 'active',
  } as const
}

/** As many calls of each customer as its number says, the last of them a millisecond before the period ends. */
function addEvents(ownerUrl: string, environmentId: string) {
  return ask(
    ownerUrl,
    `insert into events (environment_id, event_id, event_name, external_customer_id, timestamp, ingested_at)
    select $1, c || ':' || n, 'call', 'customer-' || c, $2::timestamptz - n * interval '1 ms', now()
    from generate_series(1, $3::int) c, generate_series(1, c) n`,
    [environmentId, end, customers],
  )
}

async function accepted({ api }: StackUnderTest, path: string, body: object) {
  const answer = await api.call('POST', path, body)
  expect(answer).toMatchObject({ status: 202 })
  return answer.body
}

async function untilPages(stack: StackUnderTest): Promise<void> {
  while ((await countWork(stack)).items === 0) await sleep(10)
}

async function untilCompleted({ api }: StackUnderTest, workflowId: string) {
  const task = z.looseObject({ status: z.string(), result: workflows['calculate-charges'].result.optional() })
  for (;;) {
    const answer = await api.call('GET', `/tasks/result?workflow_id=${workflowId}&wait=20s`)
    const { status, result } = task.parse(answer.body)
    if (status === 'Running') continue
    expect(status).toBe('Completed')
    return result
  }
}

const work = z.object({
  items: z.int(),
  counted: z.int(),
  drafts: z.int(),
  draftedOnce: z.int(),
  lines: z.int(),
  itemsCents: z.int(),
  draftsCents: z.int(),
})

/** Row by row, as the owner: past the cursors and the totals, which are counted beside them. */
async function countWork({ database }: StackUnderTest) {
  const [row] = await ask(
    database.ownerUrl,
    `select (select count(*)::int from calculation_items) as items,
      (select coalesce(sum(subscriptions_processed), 0)::int from calculation_slices) as counted,
      (select count(*)::int from invoices where invoice_status = 'DRAFT') as drafts,
      (select count(distinct subscription_id)::int from invoices) as "draftedOnce",
      (select count(*)::int from invoice_line_items) as lines,
      (select coalesce(sum(total) * 100, 0)::int from calculation_items) as "itemsCents",
      (select coalesce(sum(total) * 100, 0)::int from invoices) as "draftsCents"`,
  )
  return work.parse(row)
}

async function ask(url: string, text: string, values: readonly unknown[] = []): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, [...values])).rows
  } finally {
    await client.end()
  }
}

function formatCents(cents: number): string {
  return String(cents / 100)
}
