import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startGatewayWithChanges } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf, call, preview } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { givenTo, grantBody, told } from '../testing/granted-subscription.ts'
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

const prorated = { proration_behavior: 'create_prorations' }

async function read(id: string) {
  return (await caller.call('GET', `/subscriptions/${id}`)).body
}

test('what was before is billed at the boundary, nothing within; it goes on for the rest of a period', async () => {
  const { id, use } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const expected = await preview(caller, 'pause', id, prorated)
  expect(expected).toMatchObject({ status: 'paused', total_credit_amount: '15' })
  const paused = await call(caller, 'pause', id, { ...prorated, reason: 'holidays' })
  expect(paused).toMatchObject({
    status: 200,
    body: {
      pause: { pause_status: 'active', pause_start: '2026-06-16T00:00:00.000Z', reason: 'holidays' },
      subscription: { id, subscription_status: 'paused' },
    },
  })
  await use('2026-06-15T00:00:00Z', '2026-06-16T00:00:00Z')
  await moveClock(caller, '2026-08-17T00:00:00Z')
  // 15 of June's 30 days of 60, and a call; of July nothing.
  const before = ['CREATE 06-01–07-01: 30 − 15', 'CYCLE 06-01–07-01: 30.5']
  expect(await billsOf(caller, id)).toEqual(before)
  expect((await caller.call('GET', '/events/unattributed')).body).toMatchObject({
    items: [{ timestamp: '2026-06-16T00:00:00.000Z', reason: 'paused' }],
  })
  expect(await read(id)).toMatchObject({
    ...{ subscription_status: 'paused', current_period_start: '2026-08-01T00:00:00.000Z' },
    ...{ pause_status: 'active', pauses: [{ pause_status: 'active' }] },
  })
  // 15 of August's 31 days of 30 are 14.52, of 60 are 29.03.
  await caller.moveClock('2026-08-17T00:00:00Z')
  expect(await preview(caller, 'resume', id, prorated)).toMatchObject({ total_charge_amount: '14.52' })
  expect(await call(caller, 'resume', id, prorated)).toMatchObject({
    body: { pause: { pause_status: 'completed' }, subscription: { subscription_status: 'active' } },
  })
  await use('2026-08-16T23:59:59.999Z', '2026-08-17T00:00:00Z')
  await moveClock(caller, '2026-09-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual([
    ...before,
    'CYCLE 08-01–09-01: 59.53',
    'UPDATE 08-17–09-01: 14.52',
  ])
})

test('not prorating nothing comes back, and what was paid for is not charged again', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await call(caller, 'pause', id, {})
  await caller.moveClock('2026-06-21T00:00:00Z')
  expect((await call(caller, 'resume', id, prorated)).status).toBe(200)
  await moveClock(caller, '2026-07-02T00:00:00Z')
  // In arrears 15 and 10 of 30 days of 60, which are 30 and 20, and July's 30.
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 80'])
})

test('a pause and its end in one instant cost nothing', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await call(caller, 'pause', id, prorated)
  await call(caller, 'resume', id, prorated)
  await moveClock(caller, '2026-07-02T00:00:00Z')
  // 15 came back, and 15 are charged; the two halves of 60 are billed, and July's 30.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30 − 15',
    'CYCLE 06-01–07-01: 90',
    'UPDATE 06-16–07-01: 15',
  ])
})

test('with the period it begins and ends at boundaries, where nothing is to be prorated; credits are passed over within', async () => {
  const { id } = await addEnding(caller, {
    credit_grants: [{ scope: 'SUBSCRIPTION', ...grantBody() }],
  })
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect(await call(caller, 'pause', id, { pause_mode: 'period_end' })).toMatchObject({
    body: { pause: { pause_status: 'scheduled' }, subscription: { subscription_status: 'active' } },
  })
  await moveClock(caller, '2026-08-16T00:00:00Z')
  expect(await read(id)).toMatchObject({ subscription_status: 'paused' })
  expect(await call(caller, 'resume', id, { resume_mode: 'period_end' })).toMatchObject({
    body: { pause: { pause_status: 'active', pause_end: '2026-09-01T00:00:00.000Z' } },
  })
  await moveClock(caller, '2026-09-02T00:00:00Z')
  expect(await read(id)).toMatchObject({ subscription_status: 'active', pause_status: 'none' })
  // June's credits pay 10 of its 60.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–07-01: 50',
    'CYCLE 08-01–09-01: 30',
  ])
  expect(told(await givenTo(caller, id))).toEqual(['06-01 10', '07-01 skipped', '08-01 skipped', '09-01 10'])
})

test('a pause that is to come is taken back; a paused subscription can be cancelled, and is billed no more', async () => {
  const { id } = await addEnding(caller)
  await call(caller, 'pause', id, { pause_mode: 'period_end' })
  expect(await call(caller, 'pause', id, {})).toMatchObject({ status: 409 })
  expect(await call(caller, 'resume', id, {})).toMatchObject({
    body: { pause: { pause_status: 'cancelled' }, subscription: { subscription_status: 'active' } },
  })
  expect(await call(caller, 'resume', id, {})).toMatchObject({ status: 409 })
  await caller.moveClock('2026-06-11T00:00:00Z')
  await call(caller, 'pause', id, prorated)
  expect(await call(caller, 'pause', id, {})).toMatchObject({ status: 409 })
  await caller.moveClock('2026-06-21T00:00:00Z')
  const cancellation = { cancellation_type: 'immediate', ...prorated }
  expect(await call(caller, 'cancel', id, cancellation)).toMatchObject({
    body: { status: 'cancelled', total_credit_amount: '0' },
  })
  await moveClock(caller, '2026-09-02T00:00:00Z')
  // 20 of 30 days came back with the pause; 10 days of 60 were before it.
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30 − 20', 'CYCLE 06-01–06-21: 20'])
  expect(await call(caller, 'pause', id, {})).toMatchObject({ status: 409 })
})
