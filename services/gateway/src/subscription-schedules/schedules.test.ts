import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { invoicesOf } from '../testing/bill.ts'
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
const listed = z.object({ count: z.int(), schedules: z.array(z.looseObject({ id: z.string() })) })

async function scheduled(id: string): Promise<string> {
  const { body } = await change(caller, id, changeTo(pro, atTheEnd))
  return z.looseObject({ schedule_id: z.string() }).parse(body).schedule_id
}

async function listOf(path: string): Promise<string[]> {
  const { body } = await caller.call('GET', path)
  return listed.parse(body).schedules.map(({ id }) => id)
}

test('what waits is listed of all subscriptions and of each, is told by its id, and goes by what has become of it', async () => {
  const [one, other] = [await subscribeTo(caller, basic), await subscribeTo(caller, basic)]
  const [first, second] = [await scheduled(one), await scheduled(other)]
  expect(await listOf('/subscriptions/schedules')).toEqual([second, first])
  expect(await listOf(`/subscriptions/${one}/schedules`)).toEqual([first])
  expect(await caller.call('GET', `/subscriptions/schedules/${first}`)).toMatchObject({
    status: 200,
    body: {
      ...{ id: first, subscription_id: one, schedule_type: 'plan_change', status: 'pending' },
      ...{ scheduled_at: '2026-07-01T00:00:00.000Z', days_until_execution: 30, can_be_cancelled: true },
      configuration_details: { plan_change: { target_plan_id: pro } },
    },
  })
  expect(await caller.call('POST', `/subscriptions/schedules/${second}/cancel`)).toMatchObject({
    status: 200,
  })
  expect(await listOf('/subscriptions/schedules?pending_only=true')).toEqual([first])
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await listOf('/subscriptions/schedules?schedule_status=executed')).toEqual([first])
  expect(await listOf('/subscriptions/schedules?schedule_status=cancelled')).toEqual([second])
  const totalOf = async (id: string) => (await invoicesOf(caller, id)).at(-1)?.total
  expect([await totalOf(one), await totalOf(other)]).toEqual(['90', '30'])
})

test('an unknown one, and another environment’s, is a 404; one that was taken back or executed a 409', async () => {
  const id = await subscribeTo(caller, basic)
  const schedule = await scheduled(id)
  const stranger = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  const unknown = 'sched_01AAAAAAAAAAAAAAAAAAAAAAAA'
  for (const [asking, name] of [
    [caller, unknown],
    [caller, id],
    [stranger, schedule],
  ] as const) {
    const path = `/subscriptions/schedules/${name}`
    expect(await asking.call('GET', path)).toMatchObject({ status: 404 })
    expect(await asking.call('POST', `${path}/cancel`)).toMatchObject({ status: 404 })
  }
  expect(await stranger.call('GET', `/subscriptions/${id}/schedules`)).toMatchObject({ status: 404 })
  const cancel = () => caller.call('POST', `/subscriptions/schedules/${schedule}/cancel`)
  const both = await Promise.all([cancel(), cancel()])
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
  expect(await cancel()).toMatchObject({ status: 409 })
  const done = await scheduled(id)
  await moveClock(caller, '2026-07-02T00:00:00Z')
  expect(await caller.call('POST', `/subscriptions/schedules/${done}/cancel`)).toMatchObject({ status: 409 })
})
