import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest

beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const started = z.object({ workflow_id: z.string(), billing_run_id: z.string() })
const invoices = z.object({
  items: z.array(
    z.looseObject({
      invoice_status: z.string(),
      period_start: z.string(),
      period_end: z.string(),
      total: z.string(),
      invoice_number: z.string().optional(),
    }),
  ),
})

async function bill(caller: Caller, body: object = {}) {
  const answer = await caller.call('POST', '/billing/runs', body)
  expect(answer).toMatchObject({ status: 202 })
  const { workflow_id, billing_run_id: id } = started.parse(answer.body)
  const result = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=30s`)
  expect(result.body).toMatchObject({ status: 'Completed' })
  return { id, run: (await caller.call('GET', `/billing/runs/${id}`)).body }
}

async function invoicesOf(caller: Caller, subscriptionId: string) {
  const body = {
    subscription_id: subscriptionId,
    limit: 100,
    sort: [{ field: 'period_start', direction: 'asc' }],
  }
  const answer = await caller.call('POST', '/invoices/search', body)
  expect(answer).toMatchObject({ status: 200 })
  return invoices
    .parse(answer.body)
    .items.filter(({ billing_reason }) => billing_reason === 'SUBSCRIPTION_CYCLE')
}

test('every missed period is billed once, oldest first, each with its usage and the next one in advance', async () => {
  const caller = await gateway.newCaller()
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-15T00:00:00Z')
  await subscription.use('2026-09-15T00:00:00Z')
  await subscription.use('2026-09-16T00:00:00Z')
  const { id, run } = await bill(caller)
  expect(run).toMatchObject({ id, status: 'COMPLETED', subscriptions_billed: 3, subscriptions_failed: 0 })
  const made = await invoicesOf(caller, subscription.id)
  expect(
    made.map(({ period_start, invoice_status, total }) => [period_start, invoice_status, total]),
  ).toEqual([
    ['2026-08-01T00:00:00.000Z', 'FINALIZED', '10.5'],
    ['2026-09-01T00:00:00.000Z', 'FINALIZED', '11'],
    ['2026-10-01T00:00:00.000Z', 'FINALIZED', '10'],
  ])
  expect((await caller.call('GET', `/subscriptions/${subscription.id}`)).body).toMatchObject({
    current_period_start: '2026-11-01T00:00:00.000Z',
    current_period_end: '2026-12-01T00:00:00.000Z',
    subscription_status: 'active',
  })
})

test('a run that comes again has nothing to do and makes nothing', async () => {
  const caller = await gateway.newCaller()
  const subscription = await addCharged(caller)
  await bill(caller)
  const before = await invoicesOf(caller, subscription.id)
  const { run } = await bill(caller)
  expect(run).toMatchObject({ status: 'COMPLETED', due: 0, subscriptions_billed: 0, invoices_created: 0 })
  expect(await invoicesOf(caller, subscription.id)).toEqual(before)
})

test('a dry run tells the next period of each and writes nothing', async () => {
  const caller = await gateway.newCaller()
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-15T00:00:00Z')
  const { run } = await bill(caller, { dry_run: true })
  expect(run).toMatchObject({
    dry_run: true,
    subscriptions_billed: 1,
    totals: [{ currency: 'usd', invoices: 1, total: '10.5' }],
  })
  expect(await invoicesOf(caller, subscription.id)).toEqual([])
  expect((await caller.call('GET', `/subscriptions/${subscription.id}`)).body).toMatchObject({
    current_period_start: '2026-08-01T00:00:00.000Z',
  })
})

test('two runs at once bill each period once', async () => {
  const caller = await gateway.newCaller()
  const all = [await addCharged(caller), await addCharged(caller), await addCharged(caller)]
  await Promise.all([bill(caller), bill(caller)])
  for (const { id } of all) {
    const periods = (await invoicesOf(caller, id)).map(({ period_start }) => period_start)
    expect(periods).toEqual([
      '2026-08-01T00:00:00.000Z',
      '2026-09-01T00:00:00.000Z',
      '2026-10-01T00:00:00.000Z',
    ])
  }
})
