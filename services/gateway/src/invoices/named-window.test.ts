import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let subscriptionId: string

/** Since August, which is its current period: 10 in advance, 3 in arrear, two calls of 0.5. */
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
  const subscription = await addCharged(caller)
  subscriptionId = subscription.id
  const arrear = { invoice_cadence: 'ARREAR', amount: '3', start_date: '2020-01-01T00:00:00Z' }
  const price = await caller.create('/prices', priceBody(subscription.planId, arrear))
  const line = { price_id: price.id, start_date: '2026-08-01T00:00:00Z' }
  expect(await caller.call('POST', `/subscriptions/${subscriptionId}/lineitems`, line)).toMatchObject({
    status: 201,
  })
  await subscription.use('2026-08-02T00:00:00Z')
  await subscription.use('2026-08-20T00:00:00Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const of = (start: string, end: string) => ({
  period_start: `${start}T00:00:00Z`,
  period_end: `${end}T00:00:00Z`,
})
const invoice = z.looseObject({
  total: z.string(),
  period_start: z.string(),
  period_end: z.string(),
  line_items: z.array(
    z.looseObject({ amount: z.string(), period_start: z.string(), period_end: z.string() }),
  ),
})

async function previewed(window: object = {}) {
  const answer = await caller.call('POST', '/invoices/preview', {
    subscription_id: subscriptionId,
    ...window,
  })
  expect(answer.status).toBe(200)
  const { total, period_start, period_end, line_items } = invoice.parse(answer.body)
  const lines = line_items.map((line) => [line.amount, line.period_start, line.period_end])
  return { total, period_start, period_end, lines }
}

test('the current period named is the invoice that comes without a window', async () => {
  const next = await previewed()
  expect(next).toMatchObject({ total: '14' })
  expect(await previewed(of('2026-08-01', '2026-09-01'))).toEqual(next)
})

test.each([
  ['another period: its invoice, which opens the next', of('2026-09-01', '2026-10-01'), '13'],
  ['a part of a period: its usage, and no boundary', of('2026-08-01', '2026-08-15'), '0.5'],
  ['a time with a boundary: usage and what is in arrear', of('2026-08-15', '2026-09-15'), '3.5'],
  ['two periods: both in arrear, nothing in advance', of('2026-08-01', '2026-10-01'), '7'],
  ['a time before its start', of('2026-06-01', '2026-07-01'), '0'],
])('a window that is %s', async (_what, window, total) => {
  expect(await previewed(window)).toMatchObject({ total })
  const [item] = await calculate(caller, { subscription_ids: [subscriptionId], ...window })
  expect(item).toMatchObject({ total })
})

test('a calculation of the current period has the lines of one without a window', async () => {
  const [next] = await calculate(caller, { subscription_ids: [subscriptionId] })
  const named = { subscription_ids: [subscriptionId], ...of('2026-08-01', '2026-09-01') }
  expect(await calculate(caller, named)).toEqual([next])
})
