import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf, invoicesOf } from '../testing/bill.ts'
import type { Answer } from '../testing/caller-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

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

const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }
const later = (id: string, planId: string, changes: object = {}): Promise<Answer> =>
  change(caller, id, changeTo(planId, { ...atTheEnd, ...changes }))
const planOf = async (id: string) => (await caller.call('GET', `/subscriptions/${id}`)).body
const schedulesOf = async (id: string) => (await caller.call('GET', `/subscriptions/${id}/schedules`)).body

test('a change waits for the end of the period, and the period that begins is billed by the new plan', async () => {
  const id = await subscribeTo(caller, basic)
  const answer = await later(id, pro)
  expect(answer).toMatchObject({
    status: 200,
    body: { is_scheduled: true, scheduled_at: '2026-07-01T00:00:00.000Z', change_type: 'upgrade' },
  })
  expect(await planOf(id)).toMatchObject({ plan_id: basic })
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await planOf(id)).toMatchObject({ plan_id: pro })
  expect((await cyclesOf(caller, id)).map(({ total }) => total)).toEqual(['90'])
  expect(await schedulesOf(id)).toMatchObject({ schedules: [{ status: 'executed' }] })
})

test('also where the boundary is billed a week late, and was asked for before it was billed', async () => {
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-07-05T00:00:00Z')
  // June's end has passed and is not billed: it is what is meant.
  expect(await later(id, pro)).toMatchObject({ body: { scheduled_at: '2026-07-01T00:00:00.000Z' } })
  await moveClock(caller, '2026-07-08T00:00:00Z')
  expect((await cyclesOf(caller, id)).map(({ total }) => total)).toEqual(['90'])
})

test('also where another one at once is asked for before that boundary is billed: it comes behind it', async () => {
  const id = await subscribeTo(caller, basic)
  await later(id, pro)
  await caller.moveClock('2026-07-16T00:00:00Z')
  // Of July 16 of 31 days are 46.45 of 90, and 15.48 of 30.
  expect(await change(caller, id, changeTo(basic))).toMatchObject({
    status: 200,
    body: { proration_applied: { credit_amount: '46.45', charge_amount: '15.48' } },
  })
  expect(await planOf(id)).toMatchObject({ plan_id: basic })
  expect((await cyclesOf(caller, id)).map(({ total }) => total)).toEqual(['90'])
})

test('one waits at most: a second one is a 409, unless it takes its place', async () => {
  const id = await subscribeTo(caller, basic)
  await later(id, pro)
  const other = await addPlan(caller, 'Other', [{ amount: '60' }])
  expect(await later(id, other)).toMatchObject({ status: 409 })
  expect(await later(id, other, { supersede: true })).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await planOf(id)).toMatchObject({ plan_id: other })
})

test('what is due since the boundary is not taken back, although that is not billed yet: by no other change, and no cancellation', async () => {
  const [id, ending] = [await subscribeTo(caller, basic), await subscribeTo(caller, basic)]
  const other = await addPlan(caller, 'Other', [{ amount: '60' }])
  for (const one of [id, ending]) await later(one, pro)
  await caller.moveClock('2026-07-05T00:00:00Z')
  expect(await later(id, other, { supersede: true })).toMatchObject({ status: 409 })
  const cancelled = await caller.call('POST', `/subscriptions/${ending}/cancel`, {
    ...{ cancellation_type: 'scheduled_date', cancel_at: '2026-07-20T00:00:00Z' },
  })
  expect(cancelled).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-07-22T00:00:00Z')
  for (const one of [id, ending]) {
    expect((await cyclesOf(caller, one)).map(({ total }) => total)).toContain('90')
    expect(await planOf(one)).toMatchObject({ plan_id: pro })
  }
})

test('a plan that is gone by then fails the change with its reason, and the old plan is billed', async () => {
  const id = await subscribeTo(caller, basic)
  await later(id, pro)
  await caller.scoped.db.updateTable('plans').set({ status: 'deleted' }).where('id', '=', pro).execute()
  await caller.moveClock('2026-07-02T00:00:00Z')
  expect(await bill(caller, { dry_run: true })).toMatchObject({ scheduled_changes_failed: 1 })
  const run = await bill(caller)
  expect(run).toMatchObject({
    ...{ subscriptions_billed: 1, subscriptions_failed: 0, scheduled_changes_failed: 1 },
  })
  expect(await planOf(id)).toMatchObject({ plan_id: basic })
  expect((await cyclesOf(caller, id)).map(({ total }) => total)).toEqual(['30'])
  const schedules = z.object({ schedules: z.array(z.looseObject({ id: z.string() })) })
  const [schedule] = schedules.parse(await schedulesOf(id)).schedules
  expect(schedule).toMatchObject({ status: 'failed', error_message: expect.stringContaining(pro) })
  const { body } = await caller.call('GET', `/billing/runs/${run.id}/failures`)
  const failed = {
    ...{ subscription_id: id, work: 'schedules', schedule_id: schedule?.id, attempts: 1 },
    error: { code: 'not_found', message: expect.stringContaining(pro) },
  }
  expect(body).toMatchObject({ items: [failed] })
  // Nothing of it is tried again.
  expect(body).not.toMatchObject({ items: [{ next_attempt_at: expect.anything() }] })
  const again = await caller.call('POST', `/billing/runs/${run.id}/failures/${id}/retry`)
  expect(again).toMatchObject({ status: 400, body: { code: 'invalid_operation' } })
})

test('while trialing it waits for the trial’s end, and is billed by the new plan then', async () => {
  const id = await subscribeTo(caller, basic, { trial_period_days: 10 })
  expect(await later(id, pro)).toMatchObject({ body: { scheduled_at: '2026-06-11T00:00:00.000Z' } })
  await moveClock(caller, '2026-06-12T00:00:00Z')
  const invoices = await invoicesOf(caller, id)
  expect(invoices.find(({ billing_reason }) => billing_reason === 'SUBSCRIPTION_TRIAL_END')).toMatchObject({
    total: '90',
  })
})

test('with prorations it is a 400 that names them', async () => {
  const id = await subscribeTo(caller, basic)
  const answer = await later(id, pro, { proration_behavior: 'create_prorations' })
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual(['proration_behavior'])
})
