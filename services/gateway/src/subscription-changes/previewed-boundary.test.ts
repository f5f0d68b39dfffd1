import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
import { calculate } from '../testing/calculate.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, call } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let pro: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  pro = await addPlan(caller, 'Pro', [{ amount: '90' }, { amount: '365', billing_period: 'ANNUAL' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }

const told = z.object({
  ...{ subtotal: z.string(), total_prepaid_credits_applied: z.string(), amount_remaining: z.string() },
  ...{ period_start: z.string(), period_end: z.string(), billing_reason: z.string() },
  line_items: z.array(
    z.object({
      amount: z.string(),
      quantity: z.string(),
      display_name: z.string(),
      period_start: z.string(),
    }),
  ),
})

async function previewOf(id: string, window: object = {}) {
  const answer = await caller.call('POST', '/invoices/preview', { subscription_id: id, ...window })
  expect(answer).toMatchObject({ status: 200 })
  return told.parse(answer.body)
}

/** Previews the next invoice by each door, bills it, and holds that all of them say the same; its lines' amounts. */
async function billedAsPreviewed(id: string, boundary: string, to: string): Promise<string[]> {
  const before = await caller.call('GET', `/subscriptions/${id}`)
  const preview = await previewOf(id)
  const { period_start, period_end } = preview
  expect(await previewOf(id, { period_start, period_end })).toEqual(preview)
  const [item] = await calculate(caller, { subscription_ids: [id] })
  expect(item?.lines.map(({ amount }) => amount)).toEqual(preview.line_items.map(({ amount }) => amount))
  await caller.moveClock(boundary)
  expect(await bill(caller, { dry_run: true, subscription_ids: [id] })).toMatchObject({
    ...{ subscriptions_billed: 1, subscriptions_failed: 0 },
    totals: [{ currency: 'usd', invoices: 1, total: preview.subtotal }],
  })
  // Nothing of it was written.
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).toEqual(before.body)
  await moveClock(caller, to)
  const [cycle] = await cyclesOf(caller, id)
  const invoice = told.parse((await caller.call('GET', `/invoices/${cycle?.id}`)).body)
  expect(invoice).toEqual(preview)
  return preview.line_items.map(({ amount }) => amount)
}

test('a change of plan that waits for it: the new plan’s 90, with the old one’s 60 in arrears and a call', async () => {
  const { id, use } = await addEnding(caller)
  expect(await change(caller, id, changeTo(pro, atTheEnd))).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-30T23:00:00Z')
  await use('2026-06-05T00:00:00Z')
  const amounts = await billedAsPreviewed(id, '2026-07-01T00:00:00Z', '2026-07-08T00:00:00Z')
  expect(amounts.toSorted()).toEqual(['0.5', '60', '90'])
})

test('a change of period that waits for it: the year’s 365, with the months’ 60 in arrears', async () => {
  const { id } = await addEnding(caller)
  const yearly = changeTo(pro, { ...atTheEnd, billing_period: 'ANNUAL' })
  expect(await change(caller, id, yearly)).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-30T23:00:00Z')
  const amounts = await billedAsPreviewed(id, '2026-07-01T00:00:00Z', '2026-07-08T00:00:00Z')
  expect(amounts.toSorted()).toEqual(['0', '365', '60'])
})

test('a change whose plan is gone by then fails: the old plan’s 30', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  const id = await subscribeTo(caller, basic)
  await change(caller, id, changeTo(pro, atTheEnd))
  await caller.scoped.db.updateTable('plans').set({ status: 'deleted' }).where('id', '=', pro).execute()
  await caller.moveClock('2026-06-30T23:00:00Z')
  const { body } = await caller.call('POST', '/invoices/preview', { subscription_id: id })
  const warning = { code: 'scheduled_change_fails', message: expect.stringContaining(pro) }
  expect(body).toMatchObject({ warnings: [warning] })
  expect(await billedAsPreviewed(id, '2026-07-01T00:00:00Z', '2026-07-08T00:00:00Z')).toEqual(['30'])
})

test('an end that waits for it gives back half of the 30 that were paid, which pays of the half of 60 in arrears', async () => {
  const { id } = await addEnding(caller)
  await payFirst(id)
  const cancelled = await call(caller, 'cancel', id, {
    ...{ cancellation_type: 'scheduled_date', cancel_at: '2026-06-16T00:00:00Z' },
    proration_behavior: 'create_prorations',
  })
  expect(cancelled).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-15T23:00:00Z')
  expect(await previewOf(id)).toMatchObject({ total_prepaid_credits_applied: '15', amount_remaining: '15' })
  const amounts = await billedAsPreviewed(id, '2026-06-16T00:00:00Z', '2026-06-23T00:00:00Z')
  expect(amounts.toSorted()).toEqual(['0', '30'])
})

test('a pause that waits for it: only what is behind it', async () => {
  const { id } = await addEnding(caller)
  const paused = await call(caller, 'pause', id, { pause_mode: 'period_end', proration_behavior: 'none' })
  expect(paused).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-30T23:00:00Z')
  const amounts = await billedAsPreviewed(id, '2026-07-01T00:00:00Z', '2026-07-08T00:00:00Z')
  expect(amounts.toSorted()).toEqual(['0', '60'])
})

test('another period than the next one has nothing of what waits', async () => {
  const { id } = await addEnding(caller)
  await change(caller, id, changeTo(pro, atTheEnd))
  const july = { period_start: '2026-07-01T00:00:00Z', period_end: '2026-08-01T00:00:00Z' }
  const amounts = (await previewOf(id, july)).line_items.map(({ amount }) => amount)
  expect(amounts.toSorted()).toEqual(['0', '30', '60'])
})

async function payFirst(id: string): Promise<void> {
  const found = await caller.call('POST', '/invoices/search', { subscription_id: id })
  const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(found.body)
  const payment = { destination_type: 'INVOICE', destination_id: items[0]?.id, amount: '30', currency: 'usd' }
  const answer = await caller.call('POST', '/payments', { ...payment, payment_method_type: 'OFFLINE' })
  expect(answer.status).toBeLessThan(300)
}
