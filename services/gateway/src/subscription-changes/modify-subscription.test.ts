import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { invoicesOf } from '../testing/bill.ts'
import { type Answer, problemsOf } from '../testing/caller-under-test.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let seats: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
  caller = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  seats = await addPlan(caller, 'Seats', [{ amount: '10', min_quantity: 3 }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const subscription = z.looseObject({ line_items: z.array(z.looseObject({ id: z.string() })) })

/** Since the first of June, 30 of its days ago from the first of July. */
async function subscribed() {
  const id = await subscribeTo(caller, seats, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await caller.call('GET', `/subscriptions/${id}`)
  return { id, lineId: subscription.parse(body).line_items[0]?.id ?? '' }
}

const modify = (id: string, body: object, mode = 'execute'): Promise<Answer> =>
  caller.call('POST', `/subscriptions/${id}/modify/${mode}`, body)
const quantityOf = (lineId: string, quantity: unknown) => ({
  type: 'quantity_change',
  quantity_change_params: { line_items: [{ id: lineId, quantity }] },
})

const changed = (total: string) => ({
  status: 200,
  body: { changed_resources: { invoices: [{ invoice: { total } }] } },
})

test('more seats inside the period: half of 3 × 10 comes back, half of 5 × 10 is charged: 10, previewed and made', async () => {
  const { id, lineId } = await subscribed()
  expect(await modify(id, quantityOf(lineId, '5'), 'preview')).toMatchObject(changed('10'))
  expect(await invoicesOf(caller, id)).toHaveLength(1)
  expect(await modify(id, quantityOf(lineId, '5'))).toMatchObject(changed('10'))
  const invoices = await invoicesOf(caller, id)
  expect(invoices.map(({ total }) => total)).toEqual(['30', '10'])
})

test('fewer seats lower what is due; the next period bills what there are', async () => {
  const other = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const plan = await addPlan(other, 'Seats', [{ amount: '10', min_quantity: 3 }])
  const id = await subscribeTo(other, plan, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await other.call('GET', `/subscriptions/${id}`)
  const lineId = subscription.parse(body).line_items[0]?.id ?? ''
  const answer = await other.call('POST', `/subscriptions/${id}/modify/execute`, quantityOf(lineId, '1'))
  // What it charges its credits have taken: it is skipped, and told.
  const skipped = { action: 'created', invoice: { invoice_status: 'SKIPPED', total: '0' } }
  expect(answer).toMatchObject({ status: 200, body: { changed_resources: { invoices: [skipped] } } })
  await moveClock(other, '2026-07-01T00:00:00Z')
  const due = (await invoicesOf(other, id)).map(
    ({ billing_reason, amount_due }) => `${billing_reason} ${amount_due}`,
  )
  // Half of 2 × 10 less; of July 1 × 10.
  expect(due).toEqual(['SUBSCRIPTION_CREATE 20', 'SUBSCRIPTION_CYCLE 10', 'SUBSCRIPTION_UPDATE 0'])
})

test('more seats in arrears are charged for their time: 3 × 10 for half of June, 5 × 10 for the other', async () => {
  const other = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const plan = await addPlan(other, 'Late', [{ amount: '10', min_quantity: 3, invoice_cadence: 'ARREAR' }])
  const id = await subscribeTo(other, plan, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await other.call('GET', `/subscriptions/${id}`)
  const lineId = subscription.parse(body).line_items[0]?.id ?? ''
  const answer = await other.call('POST', `/subscriptions/${id}/modify/execute`, quantityOf(lineId, '5'))
  expect(answer).toMatchObject({ status: 200, body: { changed_resources: { invoices: [] } } })
  await moveClock(other, '2026-07-01T00:00:00Z')
  expect((await invoicesOf(other, id)).map(({ total }) => total)).toEqual(['40'])
})

test('another amount overrides the price from now on: half of 3 × (20 − 10)', async () => {
  const { id, lineId } = await subscribed()
  const body = {
    type: 'line_item_change',
    line_item_change_params: { line_items: [{ id: lineId, amount: '20' }] },
  }
  expect(await modify(id, body)).toMatchObject(changed('15'))
  expect(await caller.call('GET', `/subscriptions/${id}`)).toMatchObject({
    body: {
      line_items: [{ end_date: '2026-06-16T00:00:00.000Z' }, { quantity: '3' }],
    },
  })
})

test('a quantity of 0 gives back what is left, half of 3 × 10, and bills nothing of the next period', async () => {
  const other = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const plan = await addPlan(other, 'Seats', [{ amount: '10', min_quantity: 3 }])
  const id = await subscribeTo(other, plan, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await other.call('GET', `/subscriptions/${id}`)
  const none = quantityOf(subscription.parse(body).line_items[0]?.id ?? '', '0')
  expect(await other.call('POST', `/subscriptions/${id}/modify/execute`, none)).toMatchObject({
    status: 200,
    body: { proration: { credit_amount: '15', charge_amount: '0' } },
  })
  await moveClock(other, '2026-07-02T00:00:00Z')
  const last = (await invoicesOf(other, id)).at(-1)
  expect(last).toMatchObject({ billing_reason: 'SUBSCRIPTION_CYCLE', invoice_status: 'SKIPPED', total: '0' })
})

test.each([
  ['a negative quantity', '-1', 'quantity_change_params.line_items[0].quantity'],
  ['one of 21 digits', '100000000000000000000', 'quantity_change_params.line_items[0].quantity'],
  ['no number', 'many', 'quantity_change_params.line_items[0].quantity'],
])('it is refused with %s, by its path', async (_what, quantity, path) => {
  const { id, lineId } = await subscribed()
  const answer = await modify(id, quantityOf(lineId, quantity))
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
  expect(await invoicesOf(caller, id)).toHaveLength(1)
})

test("another subscription's line is a 404, one twice, nothing to change, and a missing part are told", async () => {
  const [one, other] = [await subscribed(), await subscribed()]
  expect(await modify(one.id, quantityOf(other.lineId, '5'))).toMatchObject({ status: 404 })
  expect(await modify(one.id, quantityOf(one.lineId, '3'))).toMatchObject({ status: 409 })
  const line = { id: one.lineId, quantity: '4' }
  const twice = { type: 'quantity_change', quantity_change_params: { line_items: [line, line] } }
  expect(await modify(one.id, twice)).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(await modify(one.id, { type: 'quantity_change' })))).toEqual([
    'quantity_change_params',
  ])
  const coupon = await modify(one.id, { type: 'coupon' })
  expect(coupon).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(await invoicesOf(caller, one.id)).toHaveLength(1)
})

test('the plan’s own amount, named, is the subscription’s from then on, and moves no money', async () => {
  const { id, lineId } = await subscribed()
  const lines = [{ id: lineId, quantity: '3', amount: '10' }]
  const body = { type: 'line_item_change', line_item_change_params: { line_items: lines } }
  const skipped = { invoice: { invoice_status: 'SKIPPED', subtotal: '0' } }
  expect(await modify(id, body)).toMatchObject({
    ...{ status: 200, body: { changed_resources: { invoices: [skipped] } } },
  })
  // What goes and what comes cancel each other out.
  expect((await invoicesOf(caller, id)).map(({ total }) => total)).toEqual(['30', '0'])
  const priced = z.looseObject({ line_items: z.array(z.looseObject({ price_id: z.string() })) })
  const { line_items } = priced.parse((await caller.call('GET', `/subscriptions/${id}`)).body)
  expect(new Set(line_items.map(({ price_id }) => price_id)).size).toBe(2)
})

test('a line that has ended already is named by its field', async () => {
  const other = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const [plan, next] = [
    await addPlan(other, 'Seats', [{ amount: '10' }]),
    await addPlan(other, 'Next', [{ amount: '20' }]),
  ]
  const id = await subscribeTo(other, plan, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await other.call('GET', `/subscriptions/${id}`)
  const lineId = subscription.parse(body).line_items[0]?.id ?? ''
  expect(await change(other, id, changeTo(next))).toMatchObject({ status: 200 })
  const answer = await other.call('POST', `/subscriptions/${id}/modify/execute`, quantityOf(lineId, '2'))
  expect(answer).toMatchObject({ status: 409, body: { code: 'invalid_operation' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['quantity_change_params.line_items[0].id'])
})
