import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoicesOf } from '../testing/bill.ts'
import { type Answer, problemsOf } from '../testing/caller-under-test.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let basic: string
let pro: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
  caller = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const v2 = (id: string, mode: 'preview' | 'execute', body: object): Promise<Answer> =>
  caller.call('POST', `/subscriptions/${id}/change/v2/${mode}`, {
    ...{ target_plan_id: pro, proration_behavior: 'create_prorations' },
    ...body,
  })
const since = { start_date: '2026-06-01T00:00:00Z' }

test('it tells what is made, ended and billed, in a preview as in the execution; its key is one change for ever', async () => {
  const id = await subscribeTo(caller, basic, since)
  const made = {
    change_type: 'upgrade',
    from_plan: { id: basic, name: 'Basic' },
    to_plan: { id: pro, name: 'Pro' },
    billing_period: { behaviour: 'unchanged' },
    proration: { credit_amount: '15', charge_amount: '45', net_amount: '30' },
    credits: [{ amount: '15', netted_amount: '15', period_end: '2026-07-01T00:00:00.000Z' }],
    changed_resources: {
      line_items: [{ change_action: 'ended' }, { change_action: 'created' }],
      subscriptions: [{ id, action: 'updated' }],
    },
  }
  const invoice = { total: '30', line_items: [{ amount: '45' }, { amount: '-15' }] }
  expect(await v2(id, 'preview', {})).toMatchObject({
    status: 200,
    body: {
      ...made,
      subscription: { plan_id: basic },
      changed_resources: { ...made.changed_resources, invoices: [{ status: 'preview', invoice }] },
    },
  })
  const key = { idempotency_key: 'for ever' }
  const answer = await v2(id, 'execute', key)
  expect(answer).toMatchObject({
    status: 200,
    body: {
      ...made,
      subscription: { plan_id: pro },
      changed_resources: { ...made.changed_resources, invoices: [{ status: 'issued', invoice }] },
    },
  })
  expect((await v2(id, 'execute', key)).body).toEqual(answer.body)
  expect(await invoicesOf(caller, id)).toHaveLength(2)
})

test.each([
  ['a field of the first version', { billing_cycle: 'anniversary' }, 400, ['billing_cycle']],
  ['no such behaviour', { billing_period_behaviour: 'anchor_at_will' }, 400, ['billing_period_behaviour']],
  ['no plan', { target_plan_id: 'plan_01AAAAAAAAAAAAAAAAAAAAAAAA' }, 404, []],
  ['what is no plan', { target_plan_id: 'cust_01AAAAAAAAAAAAAAAAAAAAAAAA' }, 404, []],
])('it is refused with %s', async (_what, body, status, paths) => {
  const id = await subscribeTo(caller, basic, since)
  const answer = await v2(id, 'execute', body)
  expect(answer).toMatchObject({ status })
  if (paths.length > 0) expect(Object.keys(problemsOf(answer))).toEqual(paths)
  expect(await invoicesOf(caller, id)).toHaveLength(1)
})

test('the same plan, one without a compatible price, and one of another environment are refused before any write', async () => {
  const id = await subscribeTo(caller, basic, since)
  const yearly = await addPlan(caller, 'Yearly', [{ amount: '500', billing_period: 'ANNUAL' }])
  for (const [plan, status] of [
    [basic, 409],
    [yearly, 400],
  ] as const) {
    const answer = await v2(id, 'execute', { target_plan_id: plan })
    expect(answer).toMatchObject({ status })
    expect(Object.keys(problemsOf(answer))).toEqual(['target_plan_id'])
  }
  const stranger = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  const theirs = await addPlan(stranger, 'Theirs', [{ amount: '1' }])
  expect(await v2(id, 'execute', { target_plan_id: theirs })).toMatchObject({ status: 404 })
  expect(
    await stranger.call('POST', `/subscriptions/${id}/change/v2/preview`, {
      target_plan_id: theirs,
      proration_behavior: 'none',
    }),
  ).toMatchObject({ status: 404 })
  expect(await invoicesOf(caller, id)).toHaveLength(1)
})

test('a draft, a cancelled, paused or incomplete subscription, and one that has not begun are not changed', async () => {
  const draft = await subscribeTo(caller, basic, { ...since, subscription_status: 'draft' })
  expect(await change(caller, draft, changeTo(pro))).toMatchObject({ status: 409 })
  const future = await subscribeTo(caller, basic, { start_date: '2026-08-01T00:00:00Z' })
  expect(await change(caller, future, changeTo(pro))).toMatchObject({ status: 409 })
  const id = await subscribeTo(caller, basic, since)
  for (const subscription_status of ['cancelled', 'paused', 'incomplete'] as const) {
    await caller.scoped.db
      .updateTable('subscriptions')
      .set({ subscription_status })
      .where('id', '=', id)
      .execute()
    expect(await change(caller, id, changeTo(pro))).toMatchObject({
      status: 409,
      body: { details: { subscription_status } },
    })
  }
})

test('ten changes back and forth give back what was charged, and never more: nobody paid, so that there is no wallet', async () => {
  const id = await subscribeTo(caller, basic, since)
  for (let turn = 0; turn < 10; turn++) {
    const plan = turn % 2 === 0 ? pro : basic
    if (turn === 5) await caller.moveClock('2026-06-21T00:00:00Z')
    expect(await change(caller, id, changeTo(plan))).toMatchObject({ status: 200 })
  }
  const invoices = await invoicesOf(caller, id)
  const due = invoices.reduce((sum, { amount_due }) => sum + Number(amount_due), 0)
  // Half of June's 30 days at 30, five of them at 90 of turn 4's plan, ten at 30: 15 + 15 + 10.
  expect(due).toBe(40)
  expect(await caller.call('POST', '/wallets/search', {})).toMatchObject({ body: { items: [] } })
})

test('a change of period that waits tells the period that its boundary begins, previewed and asked for', async () => {
  const id = await subscribeTo(caller, basic, since)
  const yearly = await addPlan(caller, 'Yearly', [{ amount: '365', billing_period: 'ANNUAL' }])
  for (const mode of ['preview', 'execute']) {
    const answer = await caller.call('POST', `/subscriptions/${id}/change/v2/${mode}`, {
      ...{ target_plan_id: yearly, proration_behavior: 'none', change_at: 'end_of_period' },
      ...{
        billing_period_behaviour: 'anchor_at_effect',
        billing_period_config: { billing_period_unit: 'ANNUAL' },
      },
    })
    const billing_period = {
      billing_anchor: '2026-07-01T00:00:00.000Z',
      current_period_start: '2026-07-01T00:00:00.000Z',
      current_period_end: '2027-07-01T00:00:00.000Z',
    }
    expect(answer).toMatchObject({ status: 200, body: { is_scheduled: true, billing_period } })
  }
})
