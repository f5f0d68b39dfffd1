import {
  createSubscriptionChangeActivities,
  createSubscriptionChangeEvents,
} from '@flexprice/activities/subscription-change'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cyclesOf, invoicesOf } from '../testing/bill.ts'
import {
  addPlan,
  change,
  changeAsPreviewed,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addGivingPlan, givenTo, grantBody } from '../testing/granted-subscription.ts'
import { moveClock } from '../testing/move-clock.ts'
import { addNote } from '../testing/noted-invoice.ts'
import { unseenTelemetry } from '../testing/with-worker.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let basic: string
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

const totals = async (id: string) =>
  (await invoicesOf(caller, id)).map(({ billing_reason, total }) => `${billing_reason} ${total}`)

test('upwards inside the period: 15 come back, 45 are charged, 30 are invoiced; the next period bills the new plan', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const { money, execution } = await changeAsPreviewed(caller, id, changeTo(pro))
  expect(money).toEqual(['15', '45', '30'])
  expect(execution).toMatchObject({
    change_type: 'upgrade',
    is_scheduled: false,
    new_subscription: { id, plan_id: pro, current_period_end: '2026-07-01T00:00:00.000Z' },
    old_subscription: { id, plan_id: basic },
    invoice: { invoice_status: 'FINALIZED', billing_reason: 'SUBSCRIPTION_UPDATE', total: '30' },
  })
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await totals(id)).toEqual([
    'SUBSCRIPTION_CREATE 30',
    'SUBSCRIPTION_CYCLE 90',
    'SUBSCRIPTION_UPDATE 30',
  ])
})

test('downwards: 45 come back of an invoice that nobody has paid, which is lowered; no wallet is made of it', async () => {
  const id = await subscribeTo(caller, pro)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const { money, execution } = await changeAsPreviewed(caller, id, changeTo(basic))
  expect(money).toEqual(['45', '15', '-30'])
  expect(execution.invoice).toBeUndefined()
  const invoices = await invoicesOf(caller, id)
  expect(invoices).toMatchObject([
    { billing_reason: 'SUBSCRIPTION_CREATE', total: '90', adjustment_amount: '30', amount_due: '60' },
    { billing_reason: 'SUBSCRIPTION_UPDATE', invoice_status: 'SKIPPED', total: '0' },
  ])
  expect(await caller.call('POST', '/wallets/search', {})).toMatchObject({ body: { items: [] } })
})

test('a period that has ended is billed first, at the old price, and then the new one is changed', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-07-16T12:00:00Z')
  // July has 31 days: 15.5 are left of them.
  const { money } = await changeAsPreviewed(caller, id, changeTo(pro))
  expect(money).toEqual(['15', '45', '30'])
  expect(await cyclesOf(caller, id)).toMatchObject([
    { total: '30', period_start: '2026-06-01T00:00:00.000Z' },
  ])
})

test('the same Idempotency-Key is one change; another request with it is a 409', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const headers = { 'idempotency-key': 'once' }
  const first = await change(caller, id, changeTo(pro), { headers })
  expect(first).toMatchObject({ status: 200 })
  expect((await change(caller, id, changeTo(pro), { headers })).body).toEqual(first.body)
  expect(await change(caller, id, changeTo(basic), { headers })).toMatchObject({ status: 409 })
  expect(await totals(id)).toHaveLength(2)
})

test('of two changes at once one wins, and the other is told so', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-16T00:00:00Z')
  const other = await addPlan(caller, 'Other', [{ amount: '60' }])
  const { changeSubscription } = createSubscriptionChangeActivities({
    scoped: () => caller.scoped,
    slicesMax: 1,
    events: createSubscriptionChangeEvents(unseenTelemetry()),
  })
  // Both have seen none.
  const asked = [pro, other].map((plan) =>
    changeSubscription({
      mode: 'execute',
      subscription_id: id,
      request: {
        kind: 'plan_change',
        target_plan_id: plan,
        proration_behavior: 'create_prorations',
        change_at: 'immediate',
        supersede: false,
        period: null,
      },
      seen_change_id: null,
      idempotency_key: plan,
      request_hash: plan,
    }),
  )
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'version_conflict' },
  })
  expect(await totals(id)).toHaveLength(2)
})

test('a preview writes nothing', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-08-16T00:00:00Z')
  const before = (await caller.call('GET', `/subscriptions/${id}`)).body
  expect(await change(caller, id, changeTo(pro), { mode: 'preview' })).toMatchObject({ status: 200 })
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).toEqual(before)
  expect(await totals(id)).toEqual(['SUBSCRIPTION_CREATE 30'])
})

test("the old plan's credits stop, recurring ones of the new plan begin with the next period, once it has come back too", async () => {
  const [some, more] = [
    await addGivingPlan(caller, [grantBody()]),
    await addGivingPlan(caller, [
      grantBody({ credits: '20' }),
      { name: 'Once', cadence: 'ONETIME', credits: '500' },
    ]),
  ]
  const id = await subscribeTo(caller, some.planId)
  await moveClock(caller, '2026-06-16T00:00:00Z')
  for (const { planId } of [more, some, more]) {
    expect(await change(caller, id, changeTo(planId))).toMatchObject({ status: 200 })
  }
  await moveClock(caller, '2026-07-02T00:00:00Z')
  const given = (await givenTo(caller, id)).filter(({ status }) => status === 'applied')
  expect(given.map(({ on, credits }) => `${on} ${credits}`)).toEqual(['06-01 10', '07-01 20'])
})

test('a change and its reverse in one instant cost nothing, also where a note had taken back all that was billed', async () => {
  const id = await subscribeTo(caller, basic)
  const [opening] = await invoicesOf(caller, id)
  await addNote(caller, opening?.id ?? '', '30')
  await caller.moveClock('2026-06-16T00:00:00Z')
  // Nothing is left of the 30, and half of 90 is charged; back, these 45 are, and nothing is charged of the 30.
  for (const [planId, money] of [
    [pro, ['0', '45', '45']],
    [basic, ['45', '0', '-45']],
    [pro, ['0', '45', '45']],
    [basic, ['45', '0', '-45']],
  ] as const) {
    expect((await changeAsPreviewed(caller, id, changeTo(planId))).money).toEqual(money)
  }
})
