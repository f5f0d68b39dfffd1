import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill } from '../testing/bill.ts'
import { startGatewayWithChanges } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf, call, preview } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const immediate = { cancellation_type: 'immediate' }
const prorated = { ...immediate, proration_behavior: 'create_prorations' }

async function read(id: string) {
  return (await caller.call('GET', `/subscriptions/${id}`)).body
}

// June has 30 days. 15 days of 30 and of 60 are 15 and 30; two calls are 1.
test.each([
  [
    'prorating: half of the fee in advance comes back, half of the one in arrears and the usage are billed',
    prorated,
    ['CREATE 06-01–07-01: 30 − 15', 'CYCLE 06-01–06-16: 31'],
  ],
  [
    'not prorating: nothing comes back, the fee in arrears is whole, and the usage is billed',
    immediate,
    ['CREATE 06-01–07-01: 30', 'CYCLE 06-01–06-16: 61'],
  ],
  [
    'skipping the invoice: usage and arrear are left unbilled, the credit comes all the same',
    { ...prorated, cancel_immediately_invoice_policy: 'skip' },
    ['CREATE 06-01–07-01: 30 − 15'],
  ],
])('now, %s', async (_, body, bills) => {
  const { id, use } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use('2026-06-05T00:00:00Z', '2026-06-15T23:59:59.999Z')
  const expected = await preview(caller, 'cancel', id, body)
  expect(await read(id)).toMatchObject({ subscription_status: 'active' })
  const answer = await call(caller, 'cancel', id, body)
  expect(answer).toMatchObject({
    status: 200,
    body: {
      ...{ effective_date: '2026-06-16T00:00:00.000Z', status: 'cancelled' },
      total_credit_amount: expected.total_credit_amount,
    },
  })
  expect(expected.invoices.map(({ total }) => total)).toEqual(
    bills.slice(1).map((one) => one.slice(one.indexOf(': ') + 2)),
  )
  await moveClock(caller, '2026-09-02T00:00:00Z')
  // Three months later: nobody has billed it again.
  expect(await billsOf(caller, id)).toEqual(bills)
  expect(await read(id)).toMatchObject({
    ...{ subscription_status: 'cancelled', cancelled_at: '2026-06-16T00:00:00.000Z' },
    end_date: '2026-06-16T00:00:00.000Z',
  })
})

test('usage of the last hours is billed once, late of the draft included, and what comes behind the end is on no line', async () => {
  const { id, use } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await call(caller, 'cancel', id, prorated)
  await use('2026-06-15T23:00:00Z', '2026-06-16T00:00:00Z')
  await caller.moveClock('2026-06-16T01:00:00Z')
  await bill(caller)
  await bill(caller)
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 15', 'CYCLE 06-01–06-16: 30.5'])
  expect((await caller.call('GET', '/events/unattributed')).body).toMatchObject({
    items: [{ timestamp: '2026-06-16T00:00:00.000Z', reason: 'no_line' }],
  })
})

test('at the period’s end it ends with its last invoice, and nothing of the next is billed', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const body = { cancellation_type: 'end_of_period' }
  const answer = await call(caller, 'cancel', id, body)
  expect(answer.body).toMatchObject({ status: 'active', effective_date: '2026-07-01T00:00:00.000Z' })
  expect(await read(id)).toMatchObject({ cancel_at_period_end: true, cancel_at: '2026-07-01T00:00:00.000Z' })
  expect(await call(caller, 'cancel', id, immediate)).toMatchObject({ status: 409 })
  await moveClock(caller, '2026-08-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 60'])
  expect(await read(id)).toMatchObject({ subscription_status: 'cancelled' })
  const { body: schedules } = await caller.call('GET', `/subscriptions/${id}/schedules`)
  expect(schedules).toMatchObject({
    count: 1,
    schedules: [{ status: 'executed', schedule_type: 'cancellation' }],
  })
  expect(await call(caller, 'cancel', id, immediate)).toMatchObject({ status: 409 })
})

test('at a date ahead it cuts that period, gives back at that instant, and is as if it had been said then', async () => {
  const { id } = await addEnding(caller)
  const body = { cancellation_type: 'scheduled_date', proration_behavior: 'create_prorations' }
  await call(caller, 'cancel', id, { ...body, cancel_at: '2026-06-21T00:00:00Z' })
  expect(await read(id)).toMatchObject({
    ...{ current_period_end: '2026-06-21T00:00:00.000Z', next_billing_at: '2026-06-21T00:00:00.000Z' },
  })
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30'])
  // A week late: what is credited goes by the instant, 10 of 30 days; 20 days of 60 are 40.
  await moveClock(caller, '2026-06-28T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 10', 'CYCLE 06-01–06-21: 40'])
})

test('at a date that has passed it ends there, and what was billed since comes back', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-21T00:00:00Z')
  const body = { cancellation_type: 'scheduled_date', proration_behavior: 'create_prorations' }
  const at = (cancel_at: string) => call(caller, 'cancel', id, { ...body, cancel_at })
  expect(await at('2026-06-01T00:00:00Z')).toMatchObject({
    status: 400,
    body: { details: { fields: { cancel_at: expect.any(String) } } },
  })
  expect(await at('2036-06-21T00:00:00Z')).toMatchObject({ status: 400 })
  expect((await at('2026-06-16T00:00:00Z')).body).toMatchObject({
    status: 'cancelled',
    total_credit_amount: '15',
  })
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 15', 'CYCLE 06-01–06-16: 30'])
})

test('taken back by its schedule it goes on as before; afterwards it can be cancelled anew', async () => {
  const { id } = await addEnding(caller)
  const ended = await caller.call('PUT', `/subscriptions/${id}`, { cancel_at_period_end: true })
  expect(ended).toMatchObject({ status: 200, body: { cancel_at_period_end: true } })
  const { body } = await caller.call(
    'GET',
    `/subscriptions/schedules?subscription_id=${id}&pending_only=true`,
  )
  expect(body).toMatchObject({
    schedules: [{ status: 'pending', can_be_cancelled: true, days_until_execution: 30 }],
  })
  const kept = await caller.call('PUT', `/subscriptions/${id}`, { cancel_at_period_end: false })
  expect(kept).toMatchObject({ status: 200, body: { cancel_at_period_end: false } })
  expect(await caller.call('PUT', `/subscriptions/${id}`, { status: 'cancelled' })).toMatchObject({
    ...{ status: 400, body: { code: 'not_implemented' } },
  })
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 90'])
  expect(await call(caller, 'cancel', id, immediate)).toMatchObject({ status: 200 })
})

test('of two at once one ends it; the same key is the same cancellation', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const answers = await Promise.all(
    ['a', 'b'].map((key) => call(caller, 'cancel', id, prorated, { 'idempotency-key': key })),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  const key = answers[0]?.status === 200 ? 'a' : 'b'
  const again = await call(caller, 'cancel', id, prorated, { 'idempotency-key': key })
  expect(again).toMatchObject({ status: 200, body: { total_credit_amount: '15' } })
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 15', 'CYCLE 06-01–06-16: 30'])
})

test('in the instant of a boundary it is that period’s end, and nothing of the next is ever billed', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-07-01T00:00:00Z')
  expect(await call(caller, 'cancel', id, immediate)).toMatchObject({
    status: 200,
    body: { status: 'cancelled' },
  })
  await moveClock(caller, '2026-08-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 60'])
})

test('a draft that waits for late usage has billed the next period in advance: that is owed less, and no money', async () => {
  const { id } = await addEnding(caller)
  await payFirst(id, '30')
  await caller.moveClock('2026-07-01T00:00:00Z')
  await bill(caller)
  await caller.moveClock('2026-07-01T00:30:00Z')
  await call(caller, 'cancel', id, { ...prorated, cancel_immediately_invoice_policy: 'skip' })
  await moveClock(caller, '2026-07-03T00:00:00Z')
  // 30 × (31 days − 30 minutes) ÷ 31 days is 29.98.
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 90 − 29.98'])
  expect((await caller.call('POST', '/wallets/search', {})).body).toMatchObject({ items: [] })
})

test('in a trial it ends it, and bills nothing', async () => {
  const { id } = await addEnding(caller, { trial_period_days: 14 })
  await caller.moveClock('2026-06-05T00:00:00Z')
  expect(await call(caller, 'cancel', id, prorated)).toMatchObject({
    body: { status: 'cancelled', total_credit_amount: '0' },
  })
  await moveClock(caller, '2026-08-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['TRIAL_START 06-01–06-15: 0'])
})

/** Pays so much of the subscription's only invoice. */
async function payFirst(id: string, amount: string): Promise<void> {
  const { body } = await caller.call('POST', '/invoices/search', { subscription_id: id })
  const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(body)
  await caller.create('/payments', {
    ...{ destination_type: 'INVOICE', destination_id: items[0]?.id, payment_method_type: 'OFFLINE' },
    ...{ amount, currency: 'usd' },
  })
}

test('what was paid becomes money again, and no more than was paid', async () => {
  const { id } = await addEnding(caller)
  // Of 30 he has paid 20: of the 15 that come back, 10 lower what is due, 5 are money.
  await payFirst(id, '20')
  await caller.moveClock('2026-06-16T00:00:00Z')
  await call(caller, 'cancel', id, { ...prorated, cancel_immediately_invoice_policy: 'skip' })
  const { body: wallets } = await caller.call('POST', '/wallets/search', {})
  expect(wallets).toMatchObject({ items: [{ balance: '5' }] })
})

test.each([
  [{}, 'cancellation_type'],
  [{ cancellation_type: 'scheduled_date' }, 'cancel_at'],
  [{ ...immediate, cancel_at: '2026-06-20T00:00:00Z' }, 'cancel_at'],
  [
    { cancellation_type: 'end_of_period', cancel_immediately_invoice_policy: 'skip' },
    'cancel_immediately_invoice_policy',
  ],
])('%o is a 400 that names %s', async (body, field) => {
  const answer = await call(caller, 'cancel', 'subs_none', body)
  expect(answer).toMatchObject({
    status: 400,
    body: { details: { fields: { [field]: expect.any(String) } } },
  })
})
