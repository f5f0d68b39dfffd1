import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const started = z.object({ workflow_id: z.string(), calculation_id: z.string() })
const items = z.object({
  items: z.array(z.looseObject({ subscription_id: z.string(), lines: z.array(z.looseObject({})) })),
  next_cursor: z.string().optional(),
})

async function calculate(body: object, by = caller, headers = {}) {
  const answer = await by.call('POST', '/calculations', body, headers)
  expect(answer).toMatchObject({ status: 202 })
  const { workflow_id, calculation_id: id } = started.parse(answer.body)
  const result = await by.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  expect(result).toMatchObject({ body: { status: 'Completed' } })
  return { id, result, calculation: (await by.call('GET', `/calculations/${id}`)).body }
}

test('by a test clock that stands years ago a result is kept as any other', async () => {
  const ofThePast = await newClockedCaller(gateway, '2021-01-01T00:00:00Z')
  const { calculation } = await calculate({ all: true }, ofThePast)
  expect(calculation).toMatchObject({ status: 'COMPLETED', created_at: '2021-01-01T00:00:00.000Z' })
})

test('the next billing of a plan: usage of the period that ends, the advance of the one that begins', async () => {
  const first = await addCharged(caller)
  const second = await addCharged(caller)
  await first.use('2026-08-15T00:00:00Z')
  await first.use('2026-08-31T23:59:59.999Z')
  // Not of the period.
  await first.use('2026-09-01T00:00:00Z')
  const { id, result, calculation } = await calculate({ plan_id: first.planId })
  const totals = [{ currency: 'usd', subscriptions: 1, failed: 0, subtotal: '11', total: '11' }]
  expect(result.body).toMatchObject({ result: { calculation_id: id, subscriptions_processed: 1, totals } })
  expect(calculation).toMatchObject({
    status: 'COMPLETED',
    totals,
    totals_by_plan: [{ plan_id: first.planId, total: '11' }],
  })
  const page = items.parse((await caller.call('GET', `/calculations/${id}/items`)).body)
  expect(page.items).toMatchObject([
    {
      subscription_id: first.id,
      period_start: '2026-08-01T00:00:00.000Z',
      period_end: '2026-09-01T00:00:00.000Z',
      total: '11',
      lines: [
        { price_type: 'FIXED', amount: '10', period_start: '2026-09-01T00:00:00.000Z' },
        { price_type: 'USAGE', amount: '1', quantity: '2', explanation: { usage: { event_count: 2 } } },
      ],
    },
  ])
  const all = await calculate({ all: true })
  const everyone = items.parse((await caller.call('GET', `/calculations/${all.id}/items?limit=1`)).body)
  expect(everyone).toMatchObject({ items: [{ subscription_id: first.id }], next_cursor: expect.any(String) })
  const rest = items.parse(
    (await caller.call('GET', `/calculations/${all.id}/items?limit=1&cursor=${everyone.next_cursor}`)).body,
  )
  expect(rest.items).toMatchObject([{ subscription_id: second.id, total: '10' }])
  expect(rest.next_cursor).toBeUndefined()
})

test('the same Idempotency-Key is the same calculation, with another body a 409', async () => {
  const { id: subscription } = await addCharged(caller)
  const key = { 'idempotency-key': 'calculation-once' }
  const first = await calculate({ subscription_ids: [subscription] }, caller, key)
  const again = await calculate({ subscription_ids: [subscription] }, caller, key)
  expect(again.id).toBe(first.id)
  expect(again.calculation).toMatchObject({ subscriptions_processed: 1 })
  const other = await caller.call('POST', '/calculations', { all: true }, key)
  expect(other).toMatchObject({ status: 409 })
})

test('one that cannot be billed is reported and does not stop the others', async () => {
  const by = await gateway.newCaller()
  const good = await addCharged(by)
  const incomplete = await addCharged(by)
  await by.scoped.db
    .updateTable('subscriptions')
    .set({ subscription_status: 'incomplete' })
    .where('id', '=', incomplete.id)
    .execute()
  const { id, calculation } = await calculate({ subscription_ids: [good.id, incomplete.id] }, by)
  expect(calculation).toMatchObject({
    subscriptions_processed: 2,
    subscriptions_failed: 1,
    totals: [{ subscriptions: 2, failed: 1, total: '10' }],
  })
  const page = items.parse((await by.call('GET', `/calculations/${id}/items`)).body)
  expect(page.items[1]).toMatchObject({
    subscription_id: incomplete.id,
    error: { message: expect.stringContaining('incomplete') },
  })
  // A plan's calculation comes to those only that a billing run would come to.
  expect((await calculate({ plan_id: incomplete.planId }, by)).calculation).toMatchObject({
    subscriptions_total: 0,
    totals: [],
  })
})

test('a window is calculated as it is asked for, drafts are not for windows', async () => {
  const { id: subscription, use } = await addCharged(caller)
  await use('2026-08-10T00:00:00Z')
  await use('2026-08-20T00:00:00Z')
  const window = { period_start: '2026-08-15T00:00:00Z', period_end: '2026-08-25T00:00:00Z' }
  const { id } = await calculate({ subscription_ids: [subscription], ...window })
  const page = items.parse((await caller.call('GET', `/calculations/${id}/items`)).body)
  expect(page.items).toMatchObject([{ total: '0.5', lines: [{ price_type: 'USAGE', quantity: '1' }] }])
  const drafts = await caller.call('POST', '/calculations', { all: true, ...window, create_drafts: true })
  expect(problemsOf(drafts)).toHaveProperty('create_drafts')
})

test('events that come after the calculation was asked for are not in it', async () => {
  const { id: subscription, use } = await addCharged(caller)
  await use('2026-08-10T00:00:00Z')
  const { id } = await calculate({ subscription_ids: [subscription] })
  await use('2026-08-11T00:00:00Z')
  const again = await calculate({ subscription_ids: [subscription] })
  const totalOf = async (calculation: string) =>
    items.parse((await caller.call('GET', `/calculations/${calculation}/items`)).body).items[0]?.total
  expect([await totalOf(id), await totalOf(again.id)]).toEqual(['10.5', '11'])
})

test('what is asked for wrongly is refused by its field', async () => {
  const ids = Array.from({ length: 10_001 }, (_, index) => `subs_${index}`)
  const bad: [object, string][] = [
    [{}, 'subscription_ids'],
    [{ subscription_ids: [] }, 'subscription_ids'],
    [{ subscription_ids: ids }, 'subscription_ids'],
    [{ subscription_ids: ['subs_1'], all: true }, 'all'],
    [{ all: true, period_start: '2026-08-15T00:00:00Z' }, 'period_end'],
    [{ all: true, period_start: '2026-08-15T00:00:00Z', period_end: '2026-08-15T00:00:00Z' }, 'period_end'],
    [{ all: true, period_start: '1970-01-01T00:00:00Z', period_end: '9999-01-01T00:00:00Z' }, 'period_end'],
  ]
  for (const [body, field] of bad) {
    const answer = await caller.call('POST', '/calculations', body)
    expect(answer).toMatchObject({ status: 400 })
    expect(Object.keys(problemsOf(answer)).join()).toContain(field)
  }
  const century = { period_start: '2000-01-01T00:00:00Z', period_end: '2100-01-01T00:00:00Z' }
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: 'subs_1', ...century })
  expect(problemsOf(preview)).toEqual({ period_end: expect.stringContaining('at most 1830 days') })
  expect(await caller.call('POST', '/calculations', { plan_id: 'plan_none' })).toMatchObject({ status: 404 })
})

test('another tenant sees nothing of it', async () => {
  const { id: subscription, planId } = await addCharged(caller)
  const { id } = await calculate({ subscription_ids: [subscription] })
  const stranger = await gateway.newCaller()
  for (const path of ['', '/items', '/download']) {
    expect(await stranger.call('GET', `/calculations/${id}${path}`)).toMatchObject({ status: 404 })
  }
  expect(await stranger.call('POST', '/calculations', { plan_id: planId })).toMatchObject({ status: 404 })
  const asked = { subscription_ids: [subscription] }
  const refused = await stranger.call('POST', '/calculations', asked)
  expect(problemsOf(refused)).toEqual({
    'subscription_ids[0]': `no subscription has the id ${subscription}`,
  })
})

test('the download has a row a line, and none of its cells can become a formula', async () => {
  const by = await gateway.newCaller()
  const { planId } = await addCharged(by)
  const externalId = '=HYPERLINK("http://evil")'
  await by.create('/customers', { external_id: externalId, name: 'Eve' })
  await by.create('/subscriptions', {
    external_customer_id: externalId,
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: '2026-08-01T00:00:00Z',
  })
  const { id } = await calculate({ plan_id: planId }, by)
  const response = await gateway.app.inject({
    method: 'GET',
    url: `/v1/calculations/${id}/download`,
    headers: { 'x-api-key': by.apiKey },
  })
  expect(response.headers['content-type']).toContain('text/csv')
  const rows = response.body.split('\r\n')
  expect(rows).toHaveLength(1 + 4 + 1)
  expect(response.body).toContain(`"'=HYPERLINK(""http://evil"")"`)
})
