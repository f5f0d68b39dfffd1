import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, day, invoicesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { givenTo, grantBody } from '../testing/granted-subscription.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Since March of last year; its fees are 10 in advance and 0.5 a call. */
const start = '2025-03-01T00:00:00.000Z'

async function billed(caller: Caller, id: string): Promise<string[]> {
  await bill(caller)
  const invoices = await invoicesOf(caller, id)
  return invoices.map((one) => `${one.billing_reason.slice(13)} ${day(one.period_start)}: ${one.total}`)
}

test('a subscription that comes from elsewhere is billed from its point of the grid on, and for nothing before it', async () => {
  const caller = await newClockedCaller(gateway, '2026-09-10T00:00:00.000Z')
  const bill_from = '2026-07-01T00:00:00.000Z'
  const { id, use } = await addCharged(caller, { start, changes: { bill_from } })
  const made = await caller.call('GET', `/subscriptions/${id}`)
  expect(made.body).toMatchObject({ start_date: start, bill_from, current_period_start: bill_from })
  await use('2026-06-30T23:59:59.999Z')
  await use('2026-07-01T00:00:00.000Z')
  await use('2026-07-31T23:59:59.999Z')
  // The call of June is on no invoice; those of July, 2 × 0.5, are on the one that opens August.
  expect(await billed(caller, id)).toEqual([
    'CREATE 2026-07-01: 10',
    'CYCLE 2026-07-01: 11',
    'CYCLE 2026-08-01: 10',
  ])
  const { body } = await caller.call('GET', '/events/unattributed')
  expect(body).toMatchObject({ items: [] })
})

test('one whose billing lies ahead has no opening invoice, and its periods go by unbilled until then', async () => {
  const caller = await newClockedCaller(gateway, '2026-09-10T00:00:00.000Z')
  const bill_from = '2026-11-01T00:00:00.000Z'
  const { id, use } = await addCharged(caller, { start, changes: { bill_from } })
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).toMatchObject({
    current_period_start: '2026-09-01T00:00:00.000Z',
    next_billing_at: '2026-10-01T00:00:00.000Z',
  })
  await use('2026-09-05T00:00:00.000Z')
  expect(await invoicesOf(caller, id)).toEqual([])
  await caller.moveClock('2026-12-01T00:00:00.000Z')
  // November's fee comes as October ends, with nothing of October; then November's invoice, of December.
  expect(await billed(caller, id)).toEqual(['CYCLE 2026-10-01: 10', 'CYCLE 2026-11-01: 10'])
})

test('credits that were given elsewhere are not given again', async () => {
  const caller = await newClockedCaller(gateway, '2026-07-02T00:00:00.000Z')
  const once = grantBody({ cadence: 'ONETIME', period: undefined, credits: '99' })
  const credit_grants = [grantBody(), grantBody({ period: 'ANNUAL' }), once].map((grant) => {
    return { scope: 'SUBSCRIPTION', ...grant }
  })
  const changes = { bill_from: '2026-07-01T00:00:00.000Z', credit_grants }
  const { id } = await addCharged(caller, { start, changes })
  // The year's, from March, comes with the next March.
  expect((await givenTo(caller, id)).map(({ on, status }) => `${on} ${status}`)).toEqual([
    '07-01 pending',
    '03-01 pending',
  ])
})

test('a point that is none of the grid, or beside a trial, is refused by name; in a list it stops no other', async () => {
  const caller = await newClockedCaller(gateway, '2026-07-02T00:00:00.000Z')
  const { externalId, planId } = await addCharged(caller, { start })
  const body = {
    ...{ external_customer_id: externalId, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
    start_date: start,
  }
  const refused = async (changes: object) => {
    const answer = await caller.call('POST', '/subscriptions', { ...body, ...changes })
    expect(answer.status).toBe(400)
    return Object.keys(problemsOf(answer))
  }
  expect(await refused({ bill_from: '2026-07-02T00:00:00Z' })).toEqual(['bill_from'])
  expect(await refused({ bill_from: '2025-02-01T00:00:00Z' })).toEqual(['bill_from'])
  expect(await refused({ bill_from: '2026-07-01T00:00:00Z', trial_period_days: 7 })).toEqual([
    'trial_period_days',
  ])
  const items = ['2026-07-02T00:00:00Z', '2026-07-01T00:00:00Z'].map((bill_from) => ({ ...body, bill_from }))
  const { body: started } = await caller.call('POST', '/subscriptions/bulk', { items })
  const { workflow_id } = z.object({ workflow_id: z.string() }).parse(started)
  const { body: done } = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  expect(done).toMatchObject({ result: { items: [{ error: { code: 'validation_error' } }, {}] } })
})
