import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { startGatewayWithChanges } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf, call } from '../testing/ending-subscription.ts'
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

const prorated = { cancellation_type: 'immediate', proration_behavior: 'create_prorations' }

async function read(id: string) {
  return (await caller.call('GET', `/subscriptions/${id}`)).body
}

test('while paused it ends, and its pause with it: nothing of it lasts', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-11T00:00:00Z')
  await call(caller, 'pause', id, { proration_behavior: 'create_prorations' })
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect(await call(caller, 'cancel', id, prorated)).toMatchObject({ body: { status: 'cancelled' } })
  // Until the pause, 10 of 30 days of 60.
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 20', 'CYCLE 06-01–06-16: 20'])
  expect(await pausesOf(id)).toMatchObject([
    { pause_status: 'completed', pause_end: '2026-06-16T00:00:00.000Z' },
  ])
})

test('a pause that was to begin does not, where it ends before', async () => {
  const { id } = await addEnding(caller)
  await call(caller, 'pause', id, { pause_mode: 'period_end' })
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect(
    await call(caller, 'cancel', id, { ...prorated, cancel_immediately_invoice_policy: 'skip' }),
  ).toMatchObject({
    status: 200,
  })
  expect(await pausesOf(id)).toMatchObject([{ pause_status: 'cancelled' }])
})

async function pausesOf(id: string): Promise<unknown> {
  const body = z
    .object({ pauses: z.unknown() })
    .parse((await caller.call('GET', `/subscriptions/${id}`)).body)
  return body.pauses
}

test('an incomplete one ends with the period that was not paid, be it voided: what it owes is credited, what was used is billed', async () => {
  const { id, use } = await addEnding(caller, { payment_behavior: 'default_incomplete' })
  expect(await read(id)).toMatchObject({ subscription_status: 'incomplete' })
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use('2026-06-05T00:00:00Z')
  expect(await call(caller, 'cancel', id, { cancellation_type: 'end_of_period' })).toMatchObject({
    status: 400,
    body: { code: 'invalid_operation' },
  })
  expect(await call(caller, 'cancel', id, prorated)).toMatchObject({
    status: 200,
    body: { status: 'cancelled', total_credit_amount: '15' },
  })
  await moveClock(caller, '2026-08-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 15', 'CYCLE 06-01–06-16: 30.5'])

  const late = await addEnding(caller, {
    ...{ payment_behavior: 'default_incomplete', start_date: '2026-08-02T00:00:00Z' },
  })
  const { body } = await caller.call('POST', '/invoices/search', { subscription_id: late.id })
  const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(body)
  expect(await caller.call('POST', `/invoices/${items[0]?.id}/void`, {})).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-10-01T00:00:00Z')
  expect(await call(caller, 'cancel', late.id, prorated)).toMatchObject({
    body: { status: 'cancelled', effective_date: '2026-09-02T00:00:00.000Z' },
  })
  await moveClock(caller, '2026-10-02T00:00:00Z')
  expect(await billsOf(caller, late.id)).toEqual(['CREATE 08-02–09-02: 30', 'CYCLE 08-02–09-02: 60'])
})
