import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { call } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addGivingPlan, givenTo, grantBody, grantProblems, told } from '../testing/granted-subscription.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let other: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  other = await addPlan(caller, 'Other', [{ amount: '30' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const prorated = { proration_behavior: 'create_prorations' }
const now = { cancellation_type: 'immediate', ...prorated }

async function given(id: string): Promise<string[]> {
  return told(await givenTo(caller, id))
}

async function giving(period: string): Promise<string> {
  const { planId } = await addGivingPlan(caller, [grantBody({ period })])
  return await subscribeTo(caller, planId)
}

const acts: readonly (readonly [string, (id: string) => ReturnType<typeof change>])[] = [
  ['a change of plan', (id) => change(caller, id, changeTo(other))],
  ['a pause', (id) => call(caller, 'pause', id, prorated)],
  ['a cancellation', (id) => call(caller, 'cancel', id, now)],
]

test.each(acts)(
  '%s that finds two periods unbilled gives what fell due in each, and before',
  async (_, act) => {
    const id = await giving('MONTHLY')
    await caller.moveClock('2026-08-16T00:00:00Z')
    expect(await act(id)).toMatchObject({ status: 200 })
    expect(await given(id)).toEqual(['06-01 10', '07-01 10', '08-01 10'])
    await moveClock(caller, '2026-09-02T00:00:00Z')
    expect((await given(id)).slice(0, 3)).toEqual(['06-01 10', '07-01 10', '08-01 10'])
    expect(await grantProblems(caller)).toEqual([])
  },
)

test.each(acts)(
  '%s inside a period gives what fell due in it, although no period is unbilled',
  async (_, act) => {
    const id = await giving('WEEKLY')
    await moveClock(caller, '2026-06-02T00:00:00Z')
    await caller.moveClock('2026-06-20T00:00:00Z')
    expect(await act(id)).toMatchObject({ status: 200 })
    expect(await given(id)).toEqual(['06-01 10', '06-08 10', '06-15 10'])
  },
)

test('what falls due in the instant of an end, or behind a back-dated one, does not come any more', async () => {
  const [atOnce, dated] = [await giving('WEEKLY'), await giving('WEEKLY')]
  await caller.moveClock('2026-06-15T00:00:00Z')
  expect(await call(caller, 'cancel', atOnce, now)).toMatchObject({ status: 200 })
  const body = { cancellation_type: 'scheduled_date', cancel_at: '2026-06-10T00:00:00Z', ...prorated }
  expect(await call(caller, 'cancel', dated, body)).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-07-02T00:00:00Z')
  for (const id of [atOnce, dated]) expect(await given(id)).toEqual(['06-01 10', '06-08 10'])
})

test('what fell due in a pause is passed over, although its end comes before the billing', async () => {
  const id = await giving('WEEKLY')
  await caller.moveClock('2026-06-05T00:00:00Z')
  await call(caller, 'pause', id, prorated)
  await caller.moveClock('2026-06-20T00:00:00Z')
  expect(await call(caller, 'resume', id, prorated)).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-06-23T00:00:00Z')
  expect(await given(id)).toEqual(['06-01 10', '06-08 skipped', '06-15 skipped', '06-22 10'])
})

test('a preview gives nothing, and neither does what is refused', async () => {
  const id = await giving('WEEKLY')
  await caller.moveClock('2026-08-16T00:00:00Z')
  const preview = await change(caller, id, changeTo(other), { mode: 'preview' })
  expect(preview).toMatchObject({ status: 200 })
  expect(await change(caller, id, changeTo('plan_unknown'))).toMatchObject({ status: 404 })
  expect(await given(id)).toEqual([])
})
