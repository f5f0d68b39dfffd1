import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, invoicesOf } from '../testing/bill.ts'
import {
  bulkItemsOf,
  bulkOf,
  executeBulk,
  executeWhole,
  previewBulk,
} from '../testing/bulk-changes-under-test.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { billsOf, call } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'
import { payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
/** 30 in advance, each month. */
let basic: string
/** 90 in advance, each month. */
let pro: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const planOf = async (id: string) =>
  z.object({ plan_id: z.string() }).parse((await caller.call('GET', `/subscriptions/${id}`)).body).plan_id

const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }

/** Two that can be changed, and one for each reason why one cannot, on 16 June, half of whose month is left. */
async function addManyAndOthers() {
  const usual = await subscribeTo(caller, basic)
  const seats = await subscribeTo(caller, basic)
  const line = (
    await caller.scoped.db
      .selectFrom('subscription_line_items')
      .select('id')
      .where('subscription_id', '=', seats)
      .executeTakeFirst()
  )?.id
  await caller.create(
    '/prices',
    priceBody(basic, { amount: '300', billing_period: 'ANNUAL', start_date: '2020-01-01T00:00:00Z' }),
  )
  const annual = await subscribeTo(caller, basic, { billing_period: 'ANNUAL' })
  const pending = await subscribeTo(caller, basic)
  const paused = await subscribeTo(caller, basic)
  const trialing = await subscribeTo(caller, basic, { trial_period_days: 30 })
  await caller.moveClock('2026-06-16T00:00:00Z')
  const modification = {
    type: 'quantity_change',
    quantity_change_params: { line_items: [{ id: line, quantity: '2' }] },
  }
  expect(await caller.call('POST', `/subscriptions/${seats}/modify/execute`, modification)).toMatchObject({
    status: 200,
  })
  expect(await change(caller, pending, changeTo(pro, atTheEnd))).toMatchObject({ status: 200 })
  expect(
    await call(caller, 'pause', paused, { pause_mode: 'immediate', proration_behavior: 'none' }),
  ).toMatchObject({ status: 200 })
  return { usual, seats, annual, pending, paused, trialing }
}

/** A change that waits is a conflict of states, which is published as what is not possible; so is a pause. */
const byCode = [
  { code: 'invalid_operation', subscriptions: 2 },
  { code: 'validation_error', subscriptions: 1 },
]

test("a preview's figures are each single preview's, and then what is done; who cannot be changed is told why", async () => {
  const { usual, seats, annual, pending, paused, trialing } = await addManyAndOthers()
  const id = await previewBulk(caller, { plan_id: basic, target_plan_id: pro })
  // Half of 30 back and half of 90 for the first; twice that for the one that has two.
  expect(await bulkOf(caller, id)).toMatchObject({
    status: 'PREVIEWED',
    applicable: true,
    subscriptions_total: 6,
    preview: {
      subscriptions: 3,
      left_out: 3,
      totals: [
        {
          ...{ currency: 'usd', subscriptions: 3, upgrades: 3, downgrades: 0, laterals: 0 },
          ...{ credit_amount: '45', charge_amount: '135', net_amount: '90' },
          ...{ invoiced_amount: '90', returned_amount: '0' },
        },
      ],
      largest_movers: [
        { subscription_id: seats, net_amount: '60' },
        { subscription_id: usual, net_amount: '30' },
      ],
    },
  })
  const previewed = await bulkItemsOf(caller, id)
  for (const one of [usual, seats, trialing]) {
    const single = await change(caller, one, changeTo(pro), { mode: 'preview' })
    const { credit_amount, charge_amount, net_amount } = previewed.get(one) ?? {}
    expect(single.body).toMatchObject({ proration_details: { credit_amount, charge_amount, net_amount } })
  }
  expect([annual, pending, paused].map((one) => previewed.get(one)?.error?.message)).toEqual([
    expect.stringMatching(/has no price in usd each 1 × ANNUAL/),
    expect.stringMatching(/has a change, sched_\w+, that waits for 2026-07-01/),
    expect.stringMatching(/is paused: it cannot be changed/),
  ])
  const done = await executeWhole(caller, id)
  expect(done.body).toMatchObject({
    result: { bulk_change_id: id, subscriptions: 3, left_out: 3, left_out_by_code: byCode },
  })
  const after = await bulkOf(caller, id)
  expect(after).toMatchObject({
    ...{ status: 'COMPLETED', applicable: false },
    ...{ subscriptions_total: 6, subscriptions_processed: 6, subscriptions_left_out: 3 },
    result: { left_out_by_code: byCode },
  })
  const { preview, result } = z.object({ preview: z.unknown(), result: z.unknown() }).parse(after)
  expect(result).toEqual(preview)
  expect(await billsOf(caller, usual)).toEqual(['CREATE 06-01–07-01: 30', 'UPDATE 06-16–07-01: 30'])
  expect(await Promise.all([usual, seats, trialing, annual, pending, paused].map(planOf))).toEqual([
    pro,
    pro,
    pro,
    basic,
    basic,
    basic,
  ])
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect((await billsOf(caller, usual)).at(-2)).toBe('CYCLE 06-01–07-01: 90')
})

test('executed again it answers the same, and nothing is done twice', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const bulk = await previewBulk(caller, { subscription_ids: [id, id], target_plan_id: pro })
  const first = await executeBulk(caller, bulk)
  await executeWhole(caller, bulk)
  expect((await executeBulk(caller, bulk)).body).toEqual(first.body)
  expect(await billsOf(caller, id)).toHaveLength(2)
})

test('a downgrade gives back what was paid, and lowers what was not', async () => {
  const [paid, unpaid] = [await subscribeTo(caller, pro), await subscribeTo(caller, pro)]
  const [opening] = await invoicesOf(caller, paid)
  await caller.create('/payments', payment(opening?.id ?? '', { amount: '90' }))
  await caller.moveClock('2026-06-16T00:00:00Z')
  const bulk = await previewBulk(caller, { plan_id: pro, target_plan_id: basic })
  await executeWhole(caller, bulk)
  // 45 back, 15 charged: 30 each.
  expect(await bulkOf(caller, bulk)).toMatchObject({
    result: { totals: [{ downgrades: 2, returned_amount: '60' }] },
  })
  expect(await billsOf(caller, paid)).toEqual(['CREATE 06-01–07-01: 90'])
  expect(await billsOf(caller, unpaid)).toEqual(['CREATE 06-01–07-01: 90 − 30'])
  const { body } = await caller.call('POST', '/wallets/search', {})
  expect(body).toMatchObject({ items: [{ balance: '30' }] })
})

test("at the period's end it is written down for each, and made as that is billed", async () => {
  const [first, second] = [await subscribeTo(caller, basic), await subscribeTo(caller, basic)]
  await change(caller, second, changeTo(await addPlan(caller, 'Other', [{ amount: '60' }]), atTheEnd))
  const bulk = await previewBulk(caller, {
    plan_id: basic,
    target_plan_id: pro,
    ...atTheEnd,
    supersede: true,
  })
  await executeWhole(caller, bulk)
  expect(await planOf(first)).toBe(basic)
  const schedules = await caller.call('GET', `/subscriptions/${second}/schedules`)
  const statuses = z.object({ schedules: z.array(z.object({ status: z.string() })) }).parse(schedules.body)
  expect(statuses.schedules.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'pending'])
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await Promise.all([first, second].map(planOf))).toEqual([pro, pro])
  expect((await billsOf(caller, first)).at(-1)).toBe('CYCLE 06-01–07-01: 90')
})

test('a filter leaves out the others of the plan: by currency, period and start', async () => {
  const early = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-10T00:00:00Z')
  await subscribeTo(caller, basic)
  const filter = { currency: 'usd', billing_period: 'MONTHLY', started_before: '2026-06-05T00:00:00Z' }
  const bulk = await previewBulk(caller, { plan_id: basic, target_plan_id: pro, ...filter })
  expect([...(await bulkItemsOf(caller, bulk)).keys()]).toEqual([early])
  const before = { started_before: '2026-01-01T00:00:00Z' }
  const none = await previewBulk(caller, { plan_id: basic, target_plan_id: pro, ...before })
  expect(await bulkOf(caller, none)).toMatchObject({
    subscriptions_total: 0,
    preview: { subscriptions: 0, totals: [] },
  })
  await executeWhole(caller, none)
})

test('the CSV has a row a subscription', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const bulk = await previewBulk(caller, { plan_id: basic, target_plan_id: pro })
  const { body, headers } = await gateway.app.inject({
    url: `/v1/subscriptions/change/bulk/${bulk}/download`,
    headers: { 'x-api-key': caller.apiKey },
  })
  expect(headers['content-type']).toBe('text/csv; charset=utf-8')
  const [head, row] = body.split('\r\n')
  expect(head).toMatch(/^subscription_id,customer_id,.*,net_amount,change_id,error$/)
  expect(row).toMatch(
    new RegExp(
      `^${id},cust_\\w+,changing-\\d+,${basic},usd,to_change,upgrade,2026-06-16T00:00:00.000Z,15,45,30,,$`,
    ),
  )
})

test('what is behind with its billing is left out, and changed once that is brought up', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-07-03T00:00:00Z')
  const order = { plan_id: basic, target_plan_id: pro }
  const behind = await previewBulk(caller, order)
  expect((await bulkItemsOf(caller, behind)).get(id)?.error?.message).toMatch(/is not billed yet/)
  await bill(caller)
  const bulk = await previewBulk(caller, order)
  expect((await bulkItemsOf(caller, bulk)).get(id)).toMatchObject({ outcome: 'to_change' })
})
