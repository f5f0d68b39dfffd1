import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, cyclesOf, day, invoicesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function billsOf(caller: Caller, id: string): Promise<string[]> {
  return (await invoicesOf(caller, id)).map(
    ({ billing_reason, period_start, period_end, invoice_status, total }) =>
      `${billing_reason} ${day(period_start)} ${day(period_end)} ${invoice_status} ${total}`,
  )
}

async function subscriptionOf(caller: Caller, id: string) {
  return (await caller.call('GET', `/subscriptions/${id}`)).body
}

test('a start that lay ahead gets its opening invoice when it comes, and nothing before', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-20T00:00:00Z')
  const { id } = await addCharged(caller, { start: '2026-09-10T00:00:00Z' })
  await caller.moveClock('2026-09-09T23:59:59.999Z')
  expect(await bill(caller)).toMatchObject({ due: 0 })
  expect(await billsOf(caller, id)).toEqual([])
  await caller.moveClock('2026-09-10T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 1, invoices_finalized: 1 })
  expect(await billsOf(caller, id)).toEqual(['SUBSCRIPTION_CREATE 2026-09-10 2026-10-10 FINALIZED 10'])
  expect(await bill(caller)).toMatchObject({ due: 0 })
  expect(await subscriptionOf(caller, id)).toMatchObject({
    current_period_start: '2026-09-10T00:00:00.000Z',
    current_period_end: '2026-10-10T00:00:00.000Z',
  })
})

test('a trial that ends in a missed period: its usage is free, and paid periods follow one by one', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-01T00:00:00Z')
  const subscription = await addCharged(caller, { changes: { trial_period_days: 14 } })
  await subscription.use('2026-08-14T23:59:59.999Z')
  await subscription.use('2026-08-15T00:00:00.000Z')
  await caller.moveClock('2026-10-20T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 3 })
  expect(await billsOf(caller, subscription.id)).toEqual([
    'SUBSCRIPTION_TRIAL_START 2026-08-01 2026-08-15 FINALIZED 0',
    'SUBSCRIPTION_TRIAL_END 2026-08-15 2026-09-15 FINALIZED 10',
    'SUBSCRIPTION_CYCLE 2026-08-15 2026-09-15 FINALIZED 10.5',
    'SUBSCRIPTION_CYCLE 2026-09-15 2026-10-15 FINALIZED 10',
  ])
  expect(await subscriptionOf(caller, subscription.id)).toMatchObject({ subscription_status: 'active' })
})

test('a trial whose start lay ahead begins then, with its invoice of nothing, and is paid for from its end on', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-20T00:00:00Z')
  const trial = { trial_period_days: 14 }
  const start = '2026-09-10T00:00:00Z'
  const { id } = await addCharged(caller, { start, changes: trial })
  const ending = await addCharged(caller, { start, changes: { ...trial, end_date: '2026-09-20T00:00:00Z' } })
  await caller.moveClock(start)
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 2, invoices_finalized: 2 })
  const begun = ['SUBSCRIPTION_TRIAL_START 2026-09-10 2026-09-24 FINALIZED 0']
  expect(await billsOf(caller, id)).toEqual(begun)
  expect(await subscriptionOf(caller, id)).toMatchObject({
    subscription_status: 'trialing',
    current_period_start: '2026-09-10T00:00:00.000Z',
    current_period_end: '2026-09-24T00:00:00.000Z',
  })
  expect(await bill(caller)).toMatchObject({ due: 0 })
  await caller.moveClock('2026-09-24T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 2, invoices_finalized: 1 })
  expect(await billsOf(caller, id)).toEqual([
    ...begun,
    'SUBSCRIPTION_TRIAL_END 2026-09-24 2026-10-24 FINALIZED 10',
  ])
  expect(await billsOf(caller, ending.id)).toEqual([
    'SUBSCRIPTION_TRIAL_START 2026-09-10 2026-09-20 FINALIZED 0',
  ])
  expect(await subscriptionOf(caller, ending.id)).toMatchObject({ subscription_status: 'cancelled' })
})

test('a subscription that ends with its trial, or in it, is cancelled then, and was never billed', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-01T00:00:00Z')
  const trial = { trial_period_days: 14 }
  const ends = ['2026-08-10T00:00:00Z', '2026-08-15T00:00:00Z']
  const all = await Promise.all(
    ends.map((end_date) => addCharged(caller, { changes: { ...trial, end_date } })),
  )
  await caller.moveClock('2026-09-20T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_failed: 0, invoices_created: 0 })
  for (const { id } of all) {
    expect(await subscriptionOf(caller, id)).toMatchObject({ subscription_status: 'cancelled' })
    expect((await billsOf(caller, id)).filter((bill) => !bill.includes('TRIAL_START'))).toEqual([])
  }
})

test('a subscription that ends inside a period: the last one is short, billed, and only then cancelled; what comes behind its end is listed', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-01T00:00:00Z')
  const ending = (proration_behavior: string) =>
    addCharged(caller, { changes: { end_date: '2026-09-16T00:00:00Z', proration_behavior } })
  const whole = await ending('none')
  const share = await ending('create_prorations')
  for (const one of [whole, share]) {
    await one.use('2026-09-15T23:59:59.999Z')
    // Behind the end: nobody's.
    await one.use('2026-09-16T00:00:00.000Z')
  }
  await caller.moveClock('2026-09-15T23:59:59.999Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 2 })
  for (const { id } of [whole, share]) {
    expect(await subscriptionOf(caller, id)).toMatchObject({
      subscription_status: 'active',
      current_period_start: '2026-09-01T00:00:00.000Z',
      current_period_end: '2026-09-16T00:00:00.000Z',
    })
  }
  await caller.moveClock('2026-09-16T01:00:00Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 2 })
  for (const [{ id }, inAdvance] of [
    [whole, '10'],
    [share, '5'],
  ] as const) {
    expect(await billsOf(caller, id)).toEqual([
      'SUBSCRIPTION_CREATE 2026-08-01 2026-09-01 FINALIZED 10',
      `SUBSCRIPTION_CYCLE 2026-08-01 2026-09-01 FINALIZED ${inAdvance}`,
      'SUBSCRIPTION_CYCLE 2026-09-01 2026-09-16 FINALIZED 0.5',
    ])
    expect(await subscriptionOf(caller, id)).toMatchObject({ subscription_status: 'cancelled' })
  }
  await caller.moveClock('2027-09-16T01:00:00Z')
  expect(await bill(caller)).toMatchObject({ due: 0 })
  const { body } = await caller.call('GET', '/events/unattributed')
  expect(body).toMatchObject({
    items: [
      { timestamp: '2026-09-16T00:00:00.000Z', reason: 'no_line' },
      { timestamp: '2026-09-16T00:00:00.000Z', reason: 'no_line' },
    ],
  })
})

test('ONETIME and yearly lines in a monthly subscription are billed once, and once a year', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-05T00:00:00Z')
  const { id } = await addCharged(caller)
  const fixed = {
    type: 'FIXED',
    price_unit_type: 'FIAT',
    billing_model: 'FLAT_FEE',
    invoice_cadence: 'ADVANCE',
  }
  for (const [billing_period, amount, start_date] of [
    ['ONETIME', '7', '2026-08-20T00:00:00Z'],
    ['ANNUAL', '120', '2026-08-10T00:00:00Z'],
  ]) {
    const body = { price: { ...fixed, billing_period, amount }, start_date }
    expect(await caller.call('POST', `/subscriptions/${id}/lineitems`, body)).toMatchObject({ status: 201 })
  }
  await caller.moveClock('2026-09-01T00:30:00Z')
  expect(await bill(caller)).toMatchObject({ invoices_created: 1, invoices_finalized: 0 })
  // The draft waits with both lines, and the missed periods that come meanwhile have neither.
  await caller.moveClock('2027-10-15T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ invoices_created: 13, invoices_finalized: 14 })
  const bills = (await cyclesOf(caller, id)).map(({ total }) => total)
  expect(bills).toEqual(['137', ...Array(10).fill('10'), '130', '10', '10'])
})
