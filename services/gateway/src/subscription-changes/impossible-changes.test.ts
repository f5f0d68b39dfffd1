import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, invoicesOf, runOf, startBilling } from '../testing/bill.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf, call } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'
import { payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
/** 90 in advance, 120 in arrears: what they are moved to, from 30 and 60. */
let pro: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  pro = await addPlan(caller, 'Enterprise', [{ amount: '90' }, { amount: '120', invoice_cadence: 'ARREAR' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const prorated = { proration_behavior: 'create_prorations' }
const none = { proration_behavior: 'none' }
const now = { cancellation_type: 'immediate', ...prorated }
const skipping = { ...now, cancel_immediately_invoice_policy: 'skip' }

async function changed(id: string, planId: string, behavior: object = prorated): Promise<void> {
  expect(await change(caller, id, changeTo(planId, behavior))).toMatchObject({ status: 200 })
}

/** What all of its invoices ask for, less what came back of them. */
async function askedFor(id: string): Promise<number> {
  const all = z
    .array(z.object({ total: z.string(), adjustment_amount: z.string() }))
    .parse(await invoicesOf(caller, id))
  return all.reduce((sum, one) => sum + Number(one.total) - Number(one.adjustment_amount), 0)
}

/** Pays so much of its newest invoice that asks for something. */
async function pay(id: string, amount: string): Promise<void> {
  const newest = (await invoicesOf(caller, id)).filter(({ total }) => total !== '0').at(-1)
  await caller.create('/payments', payment(newest?.id ?? '', { amount }))
}

async function walletMoney(): Promise<string> {
  const { body } = await caller.call('POST', '/wallets/search', {})
  const { items } = z.object({ items: z.array(z.object({ balance: z.string() })) }).parse(body)
  return items.map(({ balance }) => balance).join(', ')
}

// Paused from 11 to 16 June, changed on the 21st. In arrears 10 and 5 of 30 days of 60, which are 20 and 10, then 10 days
// of 120, which are 40; with July's 90 the boundary bills 160. The pause gives back 20 of 30 days of 30, its end charges 15;
// the change gives back 10 days of what was paid, which are 10, and charges 10 days of 90, which are 30.
test.each([
  [
    'a pause that gave back and was charged again',
    { pause: prorated, resume: prorated, behavior: prorated },
    [
      'CREATE 06-01–07-01: 30 − 20',
      'CYCLE 06-01–07-01: 160',
      'UPDATE 06-16–07-01: 15',
      'UPDATE 06-21–07-01: 20',
    ],
  ],
  [
    'a pause that gave nothing back, whose fee is paid until the change',
    { pause: none, resume: none, behavior: prorated },
    ['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 160', 'UPDATE 06-21–07-01: 20'],
  ],
  [
    'a pause that gave back and went on without a charge: the change gives nothing back of it again',
    { pause: prorated, resume: none, behavior: prorated },
    ['CREATE 06-01–07-01: 30 − 20', 'CYCLE 06-01–07-01: 160', 'UPDATE 06-21–07-01: 30'],
  ],
  [
    'a pause that gave nothing back: its end charges nothing a second time',
    { pause: none, resume: prorated, behavior: none },
    ['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 160'],
  ],
])('a change of plan after %s', async (_, { pause, resume, behavior }, bills) => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-06-11T00:00:00Z')
  expect(await call(caller, 'pause', id, pause)).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-16T00:00:00Z')
  expect(await call(caller, 'resume', id, resume)).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-21T00:00:00Z')
  await changed(id, pro, behavior)
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(bills)
})

test('a change in the instant in which a pause ends, and back in the same, costs nothing', async () => {
  const { id, planId } = await addEnding(caller)
  await caller.moveClock('2026-06-11T00:00:00Z')
  await call(caller, 'pause', id, prorated)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await call(caller, 'resume', id, prorated)
  await changed(id, pro)
  await changed(id, planId)
  // The change asks for 45 − 15; back, the 45 come back, 15 of them as what is charged again.
  expect(await askedFor(id)).toBe(25)
  await moveClock(caller, '2026-07-02T00:00:00Z')
  // 10 and 15 days: 25 of 30, 50 of 60; and July's 30.
  expect(await askedFor(id)).toBe(105)
})

// June's 30 and 60, July's 90 and 120, August's 90; of what is cancelled, June's alone.
test.each([
  ['changes of plan', (id: string) => change(caller, id, changeTo(pro)), 390],
  ['cancellations', (id: string) => call(caller, 'cancel', id, now), 90],
])(
  '%s and a billing run in the instant of a boundary: whoever is first, each instant is billed once',
  async (_, act, total) => {
    const all = [await addEnding(caller), await addEnding(caller), await addEnding(caller)]
    await caller.moveClock('2026-07-01T00:00:00Z')
    const acts = all.map(({ id }) => act(id))
    const run = await runOf(caller, await startBilling(caller))
    expect(run).toMatchObject({ status: 'COMPLETED' })
    for (const [index, { status }] of (await Promise.all(acts)).entries()) {
      expect([200, 409]).toContain(status)
      if (status === 409) expect(await act(all[index]?.id ?? '')).toMatchObject({ status: 200 })
    }
    await moveClock(caller, '2026-08-02T00:00:00Z')
    for (const { id } of all) expect(await askedFor(id)).toBe(total)
    expect(await walletMoney()).toBe('')
  },
)

test('a cancellation that was to come, while the draft of its boundary waits for late usage: that is owed less', async () => {
  const { id, use } = await addEnding(caller)
  await pay(id, '30')
  await caller.moveClock('2026-07-01T00:00:00Z')
  await bill(caller)
  await caller.moveClock('2026-07-01T00:10:00Z')
  const body = { cancellation_type: 'scheduled_date', cancel_at: '2026-07-01T00:30:00Z', ...prorated }
  expect(await call(caller, 'cancel', id, body)).toMatchObject({ status: 200, body: { status: 'active' } })
  await caller.moveClock('2026-07-01T00:30:00Z')
  await bill(caller)
  await use('2026-06-30T00:00:00Z')
  await moveClock(caller, '2026-07-03T00:00:00Z')
  // June: 60 and a call, and July's 30, of which 30 × (31 days − 30 minutes) ÷ 31 days come back; of July 60 × 30 ÷ 44640.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–07-01: 90.5 − 29.98',
    'CYCLE 07-01–07-01: 0.04',
  ])
  expect(await walletMoney()).toBe('')
})

// 10 days of 30 and 10 of 90 are used: 10 and 30. The change on the 11th asks for 60 − 20, the cancellation on the 21st gives
// back 30, the half of 60.
test.each([
  ['10', ''],
  ['25', '15'],
  ['40', '30'],
])(
  'up, %s of 40 paid, and cancelled: of 30 that come back "%s" are money, what was due is lowered',
  async (paid, money) => {
    const { id } = await addEnding(caller)
    await pay(id, '30')
    await caller.moveClock('2026-06-11T00:00:00Z')
    await changed(id, pro)
    await pay(id, paid)
    await caller.moveClock('2026-06-21T00:00:00Z')
    expect(await call(caller, 'cancel', id, skipping)).toMatchObject({ status: 200 })
    expect(await walletMoney()).toBe(money)
    expect((await askedFor(id)) - Number(money)).toBe(40)
  },
)

// 10 days of 90 and 10 of 30 are used: 30 and 10. The change gives back 60 and takes 20 of them, so that 40 go back; the
// cancellation gives back 10, the half of 20.
test.each([
  ['30', ''],
  ['45', '5'],
  ['90', '50'],
])(
  'down, %s of 90 paid, and cancelled: of 50 that come back "%s" are money, what was due is lowered',
  async (paid, money) => {
    const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
    const high = await subscribeTo(caller, pro)
    await pay(high, paid)
    await caller.moveClock('2026-06-11T00:00:00Z')
    await changed(high, basic)
    await caller.moveClock('2026-06-21T00:00:00Z')
    expect(await call(caller, 'cancel', high, skipping)).toMatchObject({ status: 200 })
    expect(await walletMoney()).toBe(money)
    // 40 were used: what is asked for in the end, whatever was paid of it.
    expect((await askedFor(high)) - Number(money)).toBe(40)
  },
)

const v2 = (id: string, mode: string, body: object) =>
  caller.call('POST', `/subscriptions/${id}/change/v2/${mode}`, { target_plan_id: pro, ...prorated, ...body })

test('a change at once beside one that waits is a 409 that names it, at each door, unless it takes its place', async () => {
  const { id } = await addEnding(caller)
  const later = await addPlan(caller, 'Later', [{ amount: '60' }])
  const atTheEnd = { change_at: 'end_of_period', ...none }
  const { body } = await change(caller, id, changeTo(later, atTheEnd))
  const { schedule_id: scheduleId } = z.looseObject({ schedule_id: z.string() }).parse(body)
  const refused = { status: 409, body: { code: 'invalid_operation', details: { schedule_id: scheduleId } } }
  expect(await change(caller, id, changeTo(pro), { mode: 'preview' })).toMatchObject(refused)
  expect(await change(caller, id, changeTo(pro))).toMatchObject(refused)
  expect(await v2(id, 'preview', {})).toMatchObject(refused)
  expect(await v2(id, 'execute', {})).toMatchObject(refused)
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).not.toMatchObject({ plan_id: pro })

  const superseding = { on_conflict_policies: { on_pending_schedule: 'supersede' } }
  const taken = { status: 200, body: { superseded_schedules: [scheduleId] } }
  expect(await v2(id, 'preview', superseding)).toMatchObject(taken)
  const v1 = changeTo(pro, { supersede: true })
  expect(await change(caller, id, v1, { mode: 'preview' })).toMatchObject({ status: 200 })
  const pending = { schedules: [{ status: 'pending' }] }
  expect((await caller.call('GET', `/subscriptions/${id}/schedules`)).body).toMatchObject(pending)
  expect(await v2(id, 'execute', superseding)).toMatchObject(taken)
  const superseded = { count: 1, schedules: [{ id: scheduleId, status: 'cancelled' }] }
  expect((await caller.call('GET', `/subscriptions/${id}/schedules`)).body).toMatchObject(superseded)
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).toMatchObject({ plan_id: pro })
})

test('a change that waits for the period’s end is no last change: a cancellation may still be back-dated', async () => {
  const { id, planId } = await addEnding(caller)
  await caller.moveClock('2026-06-11T00:00:00Z')
  await changed(id, pro)
  await changed(id, planId, { change_at: 'end_of_period', ...none })
  await caller.moveClock('2026-06-21T00:00:00Z')
  const at = (cancel_at: string) =>
    call(caller, 'cancel', id, { cancellation_type: 'scheduled_date', cancel_at, ...prorated })
  expect(await at('2026-06-10T00:00:00Z')).toMatchObject({ status: 400 })
  expect(await at('2026-06-16T00:00:00Z')).toMatchObject({ status: 200 })
  // In arrears 10 days of 60 and 5 of 120. 15 days of 90 come back: 40 of them were due for the change, 5 before.
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30 − 5',
    'CYCLE 06-01–06-16: 40',
    'UPDATE 06-11–07-01: 40 − 40',
  ])
})
