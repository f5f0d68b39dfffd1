import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { problemsOf } from '../testing/caller-under-test.ts'
import { startGatewayWithChanges, subscribeTo } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addGivingPlan, givenTo, grantBody } from '../testing/granted-subscription.ts'
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

const modify = (id: string, params: object, mode = 'execute') =>
  caller.call('POST', `/subscriptions/${id}/modify/${mode}`, { type: 'trial_end', trial_end_params: params })
const read = async (id: string) => (await caller.call('GET', `/subscriptions/${id}`)).body
const trial = { trial_period_days: 14 }

test('ended now, the first paid period begins then and is billed, in a preview as in the execution; trial usage is not', async () => {
  const { id, use } = await addEnding(caller, trial)
  await caller.moveClock('2026-06-06T00:00:00Z')
  await use('2026-06-03T00:00:00Z')
  const made = {
    status: 200,
    body: {
      changed_resources: {
        invoices: [{ invoice: { billing_reason: 'SUBSCRIPTION_TRIAL_END', total: '30' } }],
        subscriptions: [
          {
            status: 'active',
            current_period_end: '2026-07-06T00:00:00.000Z',
            trial_end: '2026-06-06T00:00:00.000Z',
          },
        ],
      },
    },
  }
  expect(await modify(id, { action: 'immediate' }, 'preview')).toMatchObject(made)
  expect(await read(id)).toMatchObject({ subscription_status: 'trialing' })
  expect(await modify(id, { action: 'immediate' })).toMatchObject(made)
  expect(await read(id)).toMatchObject({ billing_anchor: '2026-06-06T00:00:00.000Z' })
  await use('2026-06-06T00:00:00Z')
  await moveClock(caller, '2026-07-07T00:00:00Z')
  // 60 in arrears and a call, and 30 for the next.
  expect(await billsOf(caller, id)).toEqual([
    'CYCLE 06-06–07-06: 90.5',
    'TRIAL_END 06-06–07-06: 30',
    'TRIAL_START 06-01–06-15: 0',
  ])
})

test('moved ahead, it lasts until then; an anniversary goes with it, another anchor stays', async () => {
  const { id } = await addEnding(caller, trial)
  const calendar = await addEnding(caller, { ...trial, billing_cycle: 'calendar' })
  await caller.moveClock('2026-06-06T00:00:00Z')
  const ahead = { action: 'scheduled_date', new_trial_end: '2026-06-21T00:00:00Z' }
  for (const one of [id, calendar.id]) {
    expect(await modify(one, ahead)).toMatchObject({
      status: 200,
      body: { changed_resources: { invoices: [] } },
    })
    expect(await read(one)).toMatchObject({
      ...{ subscription_status: 'trialing', trial_end: '2026-06-21T00:00:00.000Z' },
      current_period_end: '2026-06-21T00:00:00.000Z',
    })
  }
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['TRIAL_END 06-21–07-21: 30', 'TRIAL_START 06-01–06-15: 0'])
  expect(await billsOf(caller, calendar.id)).toEqual([
    'CYCLE 06-21–07-01: 90',
    'TRIAL_END 06-21–07-01: 30',
    'TRIAL_START 06-01–06-15: 0',
  ])
})

test('what was to be given as it ends is given at its other end, once', async () => {
  const { planId } = await addGivingPlan(caller, [grantBody()])
  const id = await subscribeTo(caller, planId, trial)
  await moveClock(caller, '2026-06-06T00:00:00Z')
  const before = (await givenTo(caller, id)).filter(({ status }) => status === 'applied').length
  expect(await modify(id, { action: 'immediate' })).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-06-20T00:00:00Z')
  const given = (await givenTo(caller, id)).filter(({ status }) => status === 'applied')
  expect(given.map(({ on }) => on).slice(before)).toEqual(['06-06'])
})

test.each<[string, object, string]>([
  [
    'the past',
    { action: 'scheduled_date', new_trial_end: '2026-06-05T23:59:59.999Z' },
    'trial_end_params.new_trial_end',
  ],
  [
    'ten years ahead',
    { action: 'scheduled_date', new_trial_end: '2036-06-06T00:00:00Z' },
    'trial_end_params.new_trial_end',
  ],
  ['no date', { action: 'scheduled_date' }, 'trial_end_params.new_trial_end'],
  [
    'a date that is now',
    { action: 'immediate', new_trial_end: '2026-06-06T00:00:00Z' },
    'trial_end_params.new_trial_end',
  ],
])('%s is a 400 that names the field', async (_, params, field) => {
  const { id } = await addEnding(caller, trial)
  await caller.moveClock('2026-06-06T00:00:00Z')
  const answer = await modify(id, params)
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual([field])
})

test('one that is not in a trial has none to move, also where its end has passed unbilled', async () => {
  const { id } = await addEnding(caller)
  expect(await modify(id, { action: 'immediate' })).toMatchObject({ status: 409 })
  const over = await addEnding(caller, trial)
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect(await modify(over.id, { action: 'immediate' })).toMatchObject({ status: 409 })
  expect(await billsOf(caller, over.id)).toEqual(['TRIAL_START 06-01–06-15: 0'])
})

test('of a subscription that is in no trial it is refused, which says so', async () => {
  const { id } = await addEnding(caller)
  const answer = await modify(id, { action: 'immediate' })
  const message = expect.stringMatching(/is active: it is in no trial, whose end could be moved/)
  expect(answer).toMatchObject({ status: 409, body: { code: 'invalid_operation', message } })
})
