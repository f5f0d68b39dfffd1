import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { invoicesOf } from '../testing/bill.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { addPlan, startGatewayWithChanges, subscribeTo } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const withLine = z.looseObject({ id: z.string() })
const withLines = z.looseObject({ line_items: z.array(withLine) })
const prorated = { proration_behavior: 'create_prorations' }
const price = {
  ...{ type: 'FIXED', price_unit_type: 'FIAT', billing_model: 'FLAT_FEE', billing_period: 'MONTHLY' },
  ...{ invoice_cadence: 'ADVANCE', amount: '20' },
}

/** Since the first of June at 30 a month; it is the 16th, half of June's 30 days ahead. */
async function subscribed() {
  const caller = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const plan = await addPlan(caller, 'Seats', [{ amount: '30' }])
  const id = await subscribeTo(caller, plan, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await caller.call('GET', `/subscriptions/${id}`)
  return { caller, id, lineId: withLines.parse(body).line_items[0]?.id ?? '' }
}

const add = ({ caller, id }: { caller: ClockedCaller; id: string }, body: object, headers = {}) =>
  caller.call('POST', `/subscriptions/${id}/lineitems`, { price, ...prorated, ...body }, headers)
const end = (caller: ClockedCaller, lineId: string, body: object = {}, headers = {}) =>
  caller.call('DELETE', `/subscriptions/lineitems/${lineId}`, { ...prorated, ...body }, headers)

async function billed(caller: ClockedCaller, id: string) {
  const invoices = await invoicesOf(caller, id)
  return invoices.map((one) => `${one.billing_reason} ${one.total} ${one.amount_due}`)
}

test('a line that comes is charged for what is left of the period at once: half of 2 × 20; the next period whole', async () => {
  const world = await subscribed()
  const { caller, id } = world
  expect(await add(world, { quantity: 2, display_name: 'Support', metadata: { team: 'a' } })).toMatchObject({
    status: 201,
    body: {
      ...{ quantity: '2', display_name: 'Support', metadata: { team: 'a' } },
      start_date: '2026-06-16T00:00:00.000Z',
    },
  })
  expect(await billed(caller, id)).toEqual(['SUBSCRIPTION_CREATE 30 30', 'SUBSCRIPTION_UPDATE 20 20'])
  await moveClock(caller, '2026-07-01T00:00:00Z')
  expect((await billed(caller, id)).toSorted()).toEqual([
    'SUBSCRIPTION_CREATE 30 30',
    'SUBSCRIPTION_CYCLE 70 70',
    'SUBSCRIPTION_UPDATE 20 20',
  ])
})

test('a line that comes and ends inside the period is charged for its third: 10 of 30 days of 30', async () => {
  const world = await subscribed()
  const body = { price: { ...price, amount: '30' }, end_date: '2026-06-26T00:00:00Z' }
  expect(await add(world, body)).toMatchObject({ status: 201 })
  expect(await billed(world.caller, world.id)).toEqual([
    'SUBSCRIPTION_CREATE 30 30',
    'SUBSCRIPTION_UPDATE 10 10',
  ])
  await moveClock(world.caller, '2026-07-01T00:00:00Z')
  expect((await billed(world.caller, world.id)).toSorted()).toContain('SUBSCRIPTION_CYCLE 30 30')
})

test('a line that ends gives back half of its 30, which nobody has paid: 15 are due; asked again it is told', async () => {
  const { caller, id, lineId } = await subscribed()
  expect(await end(caller, lineId)).toMatchObject({
    status: 200,
    body: { id: lineId, end_date: '2026-06-16T00:00:00.000Z' },
  })
  expect(await billed(caller, id)).toEqual(['SUBSCRIPTION_CREATE 30 15'])
  expect(await end(caller, lineId)).toMatchObject({ status: 409, body: { code: 'invalid_operation' } })
  expect(await billed(caller, id)).toEqual(['SUBSCRIPTION_CREATE 30 15'])
})

test('a line that came and ends in the same instant costs nothing', async () => {
  const world = await subscribed()
  const { id } = withLine.parse((await add(world, {})).body)
  expect(await end(world.caller, id)).toMatchObject({ status: 200 })
  expect(await billed(world.caller, world.id)).toEqual([
    'SUBSCRIPTION_CREATE 30 30',
    'SUBSCRIPTION_UPDATE 10 0',
  ])
})

test('a line of the plan that ended comes again later: the third of the period that is left is charged, and the rest stays given back', async () => {
  const { caller, id, lineId } = await subscribed()
  const { price_id } = z.looseObject({ price_id: z.string() }).parse((await end(caller, lineId)).body)
  await moveClock(caller, '2026-06-21T00:00:00Z')
  const again = { ...prorated, price_id }
  // A third of June is left.
  expect(await caller.call('POST', `/subscriptions/${id}/lineitems`, again)).toMatchObject({ status: 201 })
  expect(await billed(caller, id)).toEqual(['SUBSCRIPTION_CREATE 30 15', 'SUBSCRIPTION_UPDATE 10 10'])
  expect(await caller.call('POST', `/subscriptions/${id}/lineitems`, again)).toMatchObject({ status: 409 })
  await moveClock(caller, '2026-07-01T00:00:00Z')
  expect((await billed(caller, id)).toSorted()).toEqual([
    'SUBSCRIPTION_CREATE 30 15',
    'SUBSCRIPTION_CYCLE 30 30',
    'SUBSCRIPTION_UPDATE 10 10',
  ])
})

test('a line of a longer period is charged its whole year at once, and no more with the next month', async () => {
  const world = await subscribed()
  const yearly = { ...price, billing_period: 'ANNUAL', amount: '365' }
  expect(await add(world, { price: yearly })).toMatchObject({ status: 201 })
  const [, charged] = await billed(world.caller, world.id)
  await moveClock(world.caller, '2026-07-01T00:00:00Z')
  expect((await billed(world.caller, world.id)).toSorted()).toEqual([
    'SUBSCRIPTION_CREATE 30 30',
    'SUBSCRIPTION_CYCLE 30 30',
    'SUBSCRIPTION_UPDATE 365 365',
  ])
  expect(charged).toBe('SUBSCRIPTION_UPDATE 365 365')
})

test('in a trial a line that comes costs nothing until it is over: then 30 and 20', async () => {
  const caller = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const plan = await addPlan(caller, 'Tried', [{ amount: '30', trial_period_days: 14 }])
  const id = await subscribeTo(caller, plan, { start_date: '2026-06-10T00:00:00Z' })
  expect(await caller.call('GET', `/subscriptions/${id}`)).toMatchObject({
    body: { subscription_status: 'trialing' },
  })
  expect(await add({ caller, id }, {})).toMatchObject({ status: 201 })
  const before = (await billed(caller, id)).filter((one) => !one.endsWith(' 0'))
  await moveClock(caller, '2026-06-24T00:00:00Z')
  const after = (await billed(caller, id)).filter((one) => !one.endsWith(' 0'))
  expect([before, after]).toEqual([[], [expect.stringMatching(/ 50 50$/)]])
})

test('what was paid for the time after a line goes to the wallet: 15 of 30', async () => {
  const { caller, id, lineId } = await subscribed()
  const [opening] = await invoicesOf(caller, id)
  const payment = {
    ...{ destination_type: 'INVOICE', destination_id: opening?.id, payment_method_type: 'OFFLINE' },
    ...{ amount: '30', currency: 'usd' },
  }
  expect(await caller.call('POST', '/payments', payment)).toMatchObject({ status: 201 })
  expect(await end(caller, lineId)).toMatchObject({ status: 200 })
  const { customer_id } = z
    .looseObject({ customer_id: z.string() })
    .parse((await caller.call('GET', `/subscriptions/${id}`)).body)
  expect(await caller.call('GET', `/customers/${customer_id}/wallets`)).toMatchObject({
    status: 200,
    body: [{ balance: '15' }],
  })
})

test('in arrears the share of the time it was there bills at the end of the period: half of 20, then 20', async () => {
  const world = await subscribed()
  const arrear = { ...price, invoice_cadence: 'ARREAR' }
  const { id } = withLine.parse((await add(world, { price: arrear })).body)
  expect(await billed(world.caller, world.id)).toEqual(['SUBSCRIPTION_CREATE 30 30'])
  await moveClock(world.caller, '2026-07-01T00:00:00Z')
  expect((await billed(world.caller, world.id)).toSorted()).toContain('SUBSCRIPTION_CYCLE 40 40')
  // Of July's 31 days the first.
  await moveClock(world.caller, '2026-07-02T00:00:00Z')
  expect(await end(world.caller, id)).toMatchObject({ status: 200 })
  await moveClock(world.caller, '2026-08-01T00:00:00Z')
  expect((await billed(world.caller, world.id)).toSorted()).toContain('SUBSCRIPTION_CYCLE 30.65 30.65')
})

test('an Idempotency-Key is one line and one charge for ever, and no other request of either door', async () => {
  const world = await subscribed()
  const key = { 'idempotency-key': 'add-once' }
  const first = await add(world, {}, key)
  expect(await add(world, {}, key)).toMatchObject({ status: 201, body: first.body })
  expect(await billed(world.caller, world.id)).toHaveLength(2)
  for (const body of [{ quantity: 5 }, { proration_behavior: 'none' }]) {
    expect(await add(world, body, key)).toMatchObject({ status: 409 })
  }
  const ending = { 'idempotency-key': 'end-once' }
  expect(await end(world.caller, world.lineId, {}, ending)).toMatchObject({ status: 200 })
  expect(await end(world.caller, world.lineId, {}, ending)).toMatchObject({ status: 200 })
  expect(await billed(world.caller, world.id)).toEqual([
    'SUBSCRIPTION_CREATE 30 15',
    'SUBSCRIPTION_UPDATE 10 10',
  ])
})

test('what the doors refuse they refuse with prorations, too, and other times by name; nothing is left of it', async () => {
  const world = await subscribed()
  const { caller, id, lineId } = world
  const refused = async (answer: Awaited<ReturnType<typeof add>>, code: string, paths: readonly string[]) => {
    expect(answer).toMatchObject({ status: 400, body: { code } })
    expect(Object.keys(problemsOf(answer))).toEqual(paths)
  }
  await refused(await add(world, { price: { ...price, amount: '-1' } }), 'validation_error', ['price.amount'])
  const early = { start_date: '2026-05-01T00:00:00Z' }
  await refused(await add(world, early), 'validation_error', ['start_date'])
  const later = { start_date: '2026-06-20T00:00:00Z' }
  await refused(await add(world, later), 'not_implemented', ['start_date'])
  const once = { price: { ...price, billing_period: 'ONETIME' } }
  await refused(await add(world, once), 'not_implemented', ['billing_period'])
  const before = { effective_from: '2026-05-01T00:00:00Z' }
  await refused(await end(caller, lineId, before), 'validation_error', ['effective_from'])
  const ahead = { effective_from: '2026-06-20T00:00:00Z' }
  await refused(await end(caller, lineId, ahead), 'not_implemented', ['effective_from'])
  const { body } = await caller.call('GET', `/subscriptions/${id}`)
  expect(withLines.parse(body).line_items).toMatchObject([{ id: lineId }])
  expect(await billed(caller, id)).toEqual(['SUBSCRIPTION_CREATE 30 30'])
})

test('a quantity that changes is charged for what is left, in its place; another amount overrides the price from now on', async () => {
  const { caller, id, lineId } = await subscribed()
  const put = (line: string, body: object) =>
    caller.call('PUT', `/subscriptions/lineitems/${line}`, { ...prorated, ...body })
  // Half of 30 comes back, half of 60 is charged.
  const more = await put(lineId, { quantity: 2 })
  expect(more).toMatchObject({ status: 200, body: { quantity: '2', start_date: '2026-06-16T00:00:00.000Z' } })
  const dearer = await put(withLine.parse(more.body).id, { amount: '50' })
  expect(dearer).toMatchObject({ status: 200, body: { quantity: '2' } })
  // 30 come back again, 50 are charged.
  expect(await billed(caller, id)).toEqual([
    'SUBSCRIPTION_CREATE 30 30',
    'SUBSCRIPTION_UPDATE 15 15',
    'SUBSCRIPTION_UPDATE 20 20',
  ])
  const changed = withLine.parse(dearer.body).id
  const later = await put(changed, { quantity: 3, effective_from: '2026-06-20T00:00:00Z' })
  expect(later).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(later))).toEqual(['effective_from'])
  expect(await put(changed, { amount: '50' })).toMatchObject({ status: 409 })
  await moveClock(caller, '2026-07-01T00:00:00Z')
  expect((await billed(caller, id)).toSorted()).toContain('SUBSCRIPTION_CYCLE 100 100')
})
