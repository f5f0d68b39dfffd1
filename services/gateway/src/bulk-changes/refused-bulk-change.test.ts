import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { executeBulk, previewBulk } from '../testing/bulk-changes-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { addPlan, startGatewayWithChanges, subscribeTo } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

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

test.each([
  ['neither a plan nor a list', {}, ['plan_id']],
  ['both', { plan_id: 'plan_1', subscription_ids: ['subs_1'] }, ['subscription_ids']],
  ['a list with a filter', { subscription_ids: ['subs_1'], currency: 'usd' }, ['currency']],
  ['an empty list', { subscription_ids: [] }, ['subscription_ids']],
  ['a currency that is none', { plan_id: 'plan_1', currency: 'xxx' }, ['currency']],
  ['prorations at a boundary', { plan_id: 'plan_1', change_at: 'end_of_period' }, ['proration_behavior']],
  ['the same plan', { plan_id: 'plan_1', target_plan_id: 'plan_1' }, ['target_plan_id']],
])('%s is a 400 that names the field', async (_, body, fields) => {
  const order = { target_plan_id: pro, proration_behavior: 'create_prorations', ...body }
  const answer = await caller.call('POST', '/subscriptions/change/bulk/preview', order)
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual(fields)
})

test("what is another environment's is not there: a plan, a subscription, a preview", async () => {
  const id = await subscribeTo(caller, basic)
  const bulk = await previewBulk(caller, { plan_id: basic, target_plan_id: pro })
  const other = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  const ask = (body: object) =>
    other.call('POST', '/subscriptions/change/bulk/preview', { proration_behavior: 'none', ...body })
  expect(await ask({ plan_id: basic, target_plan_id: pro })).toMatchObject({ status: 404 })
  const own = await addPlan(other, 'Own', [{ amount: '1' }])
  const foreign = await ask({ subscription_ids: [id], target_plan_id: own })
  expect(Object.keys(problemsOf(foreign))).toEqual(['subscription_ids[0]'])
  for (const path of ['', '/items', '/download']) {
    expect(await other.call('GET', `/subscriptions/change/bulk/${bulk}${path}`)).toMatchObject({
      status: 404,
    })
  }
  expect(await executeBulk(other, bulk)).toMatchObject({ status: 404 })
  expect(await executeBulk(caller, id)).toMatchObject({ status: 404 })
})
