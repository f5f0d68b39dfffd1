import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, invoicesOf } from '../testing/bill.ts'
import {
  addPlan,
  change,
  changeAsPreviewed,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
/** 365 in advance. */
let yearly: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  yearly = await addPlan(caller, 'Yearly', [{ amount: '365', billing_period: 'ANNUAL' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const toYearly = (changes: object = {}) => changeTo(yearly, { billing_period: 'ANNUAL', ...changes })
const read = async (id: string) => (await caller.call('GET', `/subscriptions/${id}`)).body

// June has 30 days. 15 of them of 60 in arrears are 30, and two calls are 1; 15 of 30 in advance come back.
test.each([
  ['prorating: what was paid beyond comes back', {}, ['15', '365', '350'], 'UPDATE 06-16–06-16: 350'],
  [
    'not prorating: nothing comes back',
    { proration_behavior: 'none' },
    ['0', '365', '365'],
    'UPDATE 06-16–06-16: 365',
  ],
])(
  'to a year inside a month, %s; its usage and arrear so far are billed on the old grid, and a whole year begins',
  async (_, behavior, money, update) => {
    const { id, use } = await addEnding(caller)
    await caller.moveClock('2026-06-16T00:00:00Z')
    await use('2026-06-05T00:00:00Z', '2026-06-15T23:59:59.999Z')
    const changed = await changeAsPreviewed(caller, id, toYearly(behavior))
    expect(changed.money).toEqual(money)
    expect(changed.execution).toMatchObject({
      new_subscription: {
        ...{ plan_id: yearly, billing_anchor: '2026-06-16T00:00:00.000Z' },
        current_period_start: '2026-06-16T00:00:00.000Z',
        current_period_end: '2027-06-16T00:00:00.000Z',
      },
    })
    // Late of the draft, which waits for an hour: it counts.
    await use('2026-06-15T12:00:00Z')
    await moveClock(caller, '2027-06-17T00:00:00Z')
    expect(await billsOf(caller, id)).toEqual([
      'CREATE 06-01–07-01: 30',
      'CYCLE 06-01–06-16: 31.5',
      'CYCLE 06-16–06-16: 365',
      update,
    ])
  },
)

test('a change of period that loses the usage so far: none does, also of a line that ended before in the period', async () => {
  const { id, use } = await addEnding(caller)
  await caller.moveClock('2026-06-06T00:00:00Z')
  await use('2026-06-05T00:00:00Z')
  const same = await addPlan(caller, 'Same', [{ amount: '30' }])
  expect(await change(caller, id, changeTo(same))).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect(await change(caller, id, toYearly())).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-09-01T00:00:00Z')
  // A call, and 5 of 30 days of 60.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–06-16: 10.5',
    'UPDATE 06-16–06-16: 350',
  ])
})

test('back to months in the same year: the rest of the year comes back, and a whole month begins', async () => {
  const monthly = await addPlan(caller, 'Monthly', [{ amount: '30' }])
  const id = await subscribeTo(caller, yearly, { billing_period: 'ANNUAL' })
  await caller.moveClock('2026-06-11T00:00:00Z')
  const { money } = await changeAsPreviewed(caller, id, changeTo(monthly))
  // 355 of 365 days.
  expect(money).toEqual(['355', '30', '-325'])
  await moveClock(caller, '2026-07-12T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–06-01: 365 − 325', 'CYCLE 06-11–07-11: 30'])
})

test('at the period’s end the boundary closes the months and opens the year on one invoice, be it a week late', async () => {
  const { id, use } = await addEnding(caller)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use('2026-06-05T00:00:00Z')
  const atTheEnd = toYearly({ change_at: 'end_of_period', proration_behavior: 'none' })
  const preview = await change(caller, id, atTheEnd, { mode: 'preview' })
  expect(preview).toMatchObject({
    status: 200,
    body: {
      new_billing_cycle: {
        ...{ billing_period: 'ANNUAL', billing_anchor: '2026-07-01T00:00:00.000Z' },
        ...{ period_start: '2026-07-01T00:00:00.000Z', period_end: '2027-07-01T00:00:00.000Z' },
      },
    },
  })
  expect(await change(caller, id, atTheEnd)).toMatchObject({ status: 200, body: { is_scheduled: true } })
  await caller.moveClock('2026-07-08T00:00:00Z')
  await bill(caller)
  expect(await read(id)).toMatchObject({
    ...{ plan_id: yearly, billing_period: 'ANNUAL' },
    ...{ current_period_start: '2026-07-01T00:00:00.000Z', current_period_end: '2027-07-01T00:00:00.000Z' },
  })
  await moveClock(caller, '2027-07-02T00:00:00Z')
  // June's 60 and a call, with the year's 365.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–07-01: 425.5',
    'CYCLE 07-01–07-01: 365',
  ])
})

test('by the calendar the first period is short, and billed by its share', async () => {
  const id = await subscribeTo(caller, yearly, { billing_period: 'ANNUAL' })
  const monthly = await addPlan(caller, 'Monthly', [{ amount: '30' }])
  await caller.moveClock('2026-06-16T00:00:00Z')
  const { money, execution } = await changeAsPreviewed(
    caller,
    id,
    changeTo(monthly, { billing_cycle: 'calendar' }),
  )
  // 350 of 365 days; 15 of 30.
  expect(money).toEqual(['350', '15', '-335'])
  expect(execution).toMatchObject({
    new_subscription: {
      ...{ current_period_start: '2026-06-16T00:00:00.000Z', current_period_end: '2026-07-01T00:00:00.000Z' },
    },
  })
  await moveClock(caller, '2026-08-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–06-01: 365 − 335',
    'CYCLE 06-16–07-01: 30',
    'CYCLE 07-01–08-01: 30',
  ])
})

const v2 = (id: string, body: object, mode = 'execute') =>
  caller.call('POST', `/subscriptions/${id}/change/v2/${mode}`, {
    ...{ target_plan_id: yearly, proration_behavior: 'create_prorations' },
    ...body,
  })

test('the anchor alone moves too, at the effect or to what is said; each instant is paid for once', async () => {
  const { id } = await addEnding(caller)
  const other = await addPlan(caller, 'Other', [{ amount: '60' }])
  await caller.moveClock('2026-06-16T00:00:00Z')
  const atEffect = { target_plan_id: other, billing_period_behaviour: 'anchor_at_effect' }
  const behaviour = {
    behaviour: 'anchor_at_effect',
    billing_anchor: '2026-06-16T00:00:00.000Z',
    current_period_end: '2026-07-16T00:00:00.000Z',
  }
  expect(await v2(id, atEffect, 'preview')).toMatchObject({
    status: 200,
    body: { billing_period: behaviour },
  })
  expect(await v2(id, atEffect)).toMatchObject({ status: 200, body: { billing_period: behaviour } })
  const third = await addPlan(caller, 'Third', [{ amount: '90' }])
  await caller.moveClock('2026-06-21T00:00:00Z')
  const config = { billing_anchor: '2026-01-26T00:00:00Z' }
  const atConfig = { target_plan_id: third, billing_period_behaviour: 'anchor_at_config' }
  expect(await v2(id, { ...atConfig, billing_period_config: config })).toMatchObject({
    status: 200,
    body: {
      billing_period: { behaviour: 'anchor_at_config', current_period_end: '2026-06-26T00:00:00.000Z' },
    },
  })
  await moveClock(caller, '2026-07-01T00:00:00Z')
  // 60 − 15; then 25 of 30 days of 60 come back, 50, and 5 of 31 days of 90 are 14.52.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–06-16: 30',
    'CYCLE 06-21–06-26: 90',
    'UPDATE 06-16–07-16: 45 − 35.48',
  ])
})

test('in a trial it moves no money and leaves its end, from where the year goes', async () => {
  const { id } = await addEnding(caller, { trial_period_days: 14 })
  await caller.moveClock('2026-06-05T00:00:00Z')
  const { money } = await changeAsPreviewed(caller, id, toYearly())
  expect(money).toEqual(['0', '0', '0'])
  expect(await read(id)).toMatchObject({
    ...{ subscription_status: 'trialing', current_period_end: '2026-06-15T00:00:00.000Z' },
    billing_anchor: '2026-06-15T00:00:00.000Z',
  })
  await moveClock(caller, '2026-08-01T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['TRIAL_END 06-15–06-15: 365', 'TRIAL_START 06-01–06-15: 0'])
})

test('the same plan is another one with another period, and else is refused', async () => {
  const both = await addPlan(caller, 'Both', [{ amount: '30' }, { amount: '300', billing_period: 'ANNUAL' }])
  const id = await subscribeTo(caller, both)
  expect(await change(caller, id, changeTo(both))).toMatchObject({ status: 409 })
  const { money } = await changeAsPreviewed(caller, id, changeTo(both, { billing_period: 'ANNUAL' }))
  expect(money).toEqual(['30', '300', '270'])
})

test('back and forth in one instant each new period is whole, and the one before comes back whole', async () => {
  const monthly = await addPlan(caller, 'Monthly', [{ amount: '30' }])
  const id = await subscribeTo(caller, monthly)
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect((await changeAsPreviewed(caller, id, toYearly())).money).toEqual(['15', '365', '350'])
  expect((await changeAsPreviewed(caller, id, changeTo(monthly))).money).toEqual(['365', '30', '-335'])
  expect((await changeAsPreviewed(caller, id, toYearly())).money).toEqual(['30', '365', '335'])
  const all = z
    .array(z.looseObject({ amount_due: z.string() }))
    .parse(await invoicesOf(caller, id))
    .reduce((sum, one) => sum + Number(one.amount_due), 0)
  // Half a month, and the year.
  expect(all).toBe(380)
  await moveClock(caller, '2026-08-01T00:00:00Z')
  expect(
    (await invoicesOf(caller, id)).filter(({ billing_reason }) => billing_reason === 'SUBSCRIPTION_CYCLE'),
  ).toEqual([])
})
