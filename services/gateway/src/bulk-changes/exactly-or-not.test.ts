import { startBulkChange } from '@flexprice/database/changes'
import { readNow } from '@flexprice/database/connection'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  bulkItemsOf,
  bulkOf,
  executeBulk,
  executeWhole,
  previewBulk,
} from '../testing/bulk-changes-under-test.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { billsOf } from '../testing/ending-subscription.ts'
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

/** Two subscriptions whose change was previewed on 16 June. */
async function previewTwo() {
  const [one, other] = [await subscribeTo(caller, basic), await subscribeTo(caller, basic)]
  await caller.moveClock('2026-06-16T00:00:00Z')
  return { one, other, bulk: await previewBulk(caller, { plan_id: basic, target_plan_id: pro }) }
}

async function refused(bulk: string, message: RegExp): Promise<void> {
  expect(await executeBulk(caller, bulk)).toMatchObject({
    status: 409,
    body: { code: 'version_conflict', message: expect.stringMatching(message) },
  })
  expect(await bulkOf(caller, bulk)).toMatchObject({ status: 'PREVIEWED', subscriptions_processed: 2 })
}

test('a subscription that was changed since the preview: 409 that names it, and nothing of the others', async () => {
  const { one, other, bulk } = await previewTwo()
  const third = await addPlan(caller, 'Third', [{ amount: '60' }])
  expect(await change(caller, one, changeTo(third))).toMatchObject({ status: 200 })
  await refused(bulk, new RegExp(`subscription ${one} changed`))
  expect(await billsOf(caller, other)).toHaveLength(1)
})

test('prices of the target plan that were changed since the preview: 409', async () => {
  const { bulk } = await previewTwo()
  await caller.create('/prices', priceBody(pro, { amount: '1' }))
  await refused(bulk, /prices of plan \w+ have changed/)
})

test('a target plan that was deleted since the preview: 409', async () => {
  const { bulk } = await previewTwo()
  expect(await caller.call('DELETE', `/plans/${pro}`)).toMatchObject({ status: 200 })
  await refused(bulk, /plan \w+ is gone/)
})

test('a preview of yesterday: 409', async () => {
  const { bulk } = await previewTwo()
  await caller.moveClock('2026-06-17T00:00:00Z')
  await refused(bulk, /was valid until 2026-06-17T00:00:00.000Z/)
})

test('whose period has been billed since the preview: 409', async () => {
  const one = await subscribeTo(caller, basic)
  await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-30T18:00:00Z')
  const bulk = await previewBulk(caller, { plan_id: basic, target_plan_id: pro })
  await moveClock(caller, '2026-07-01T06:00:00Z')
  await refused(bulk, new RegExp(`subscription ${one} and others changed`))
})

// Previewed six hours before July begins, executed six hours after, and June is billed behind it: a quarter of a day of 30
// days is 0.25 back and 0.75 charged, and July costs 90.
test('whose period has ended since the preview and is not billed: changed as of the preview, then billed', async () => {
  const one = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-30T18:00:00Z')
  const bulk = await previewBulk(caller, { plan_id: basic, target_plan_id: pro })
  await caller.moveClock('2026-07-01T06:00:00Z')
  await executeWhole(caller, bulk)
  await moveClock(caller, '2026-07-01T07:00:00Z')
  expect(await billsOf(caller, one)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–07-01: 90',
    'UPDATE 06-30–07-01: 0.5',
  ])
})

test('who comes to the plan after the preview is not in it, and does not hinder it', async () => {
  const { one, bulk } = await previewTwo()
  const late = await subscribeTo(caller, basic)
  await executeWhole(caller, bulk)
  expect((await caller.call('GET', `/subscriptions/${late}`)).body).toMatchObject({ plan_id: basic })
  expect((await caller.call('GET', `/subscriptions/${one}`)).body).toMatchObject({ plan_id: pro })
})

/** As if the request had been accepted, and its workflow not begun. */
async function accepted(bulk: string): Promise<void> {
  await startBulkChange(caller.scoped, bulk, await readNow(caller.scoped))
}

test('one that is changed after all was accepted is left out, told with its reason, and stops no other', async () => {
  const { one, other, bulk } = await previewTwo()
  await accepted(bulk)
  const third = await addPlan(caller, 'Third', [{ amount: '60' }])
  expect(await change(caller, one, changeTo(third))).toMatchObject({ status: 200 })
  await executeWhole(caller, bulk)
  const items = await bulkItemsOf(caller, bulk)
  expect(items.get(one)).toMatchObject({
    outcome: 'left_out',
    error: { code: 'version_conflict', message: expect.stringMatching(/since it was previewed/) },
  })
  expect(items.get(other)).toMatchObject({ outcome: 'changed' })
  expect(await bulkOf(caller, bulk)).toMatchObject({
    result: { subscriptions: 1, left_out: 1, totals: [{ net_amount: '30' }] },
  })
})

test('the target plan deleted once all was accepted: each is left out, and keeps its plan', async () => {
  const { one, other, bulk } = await previewTwo()
  await accepted(bulk)
  expect(await caller.call('DELETE', `/plans/${pro}`)).toMatchObject({ status: 200 })
  await executeWhole(caller, bulk)
  const items = await bulkItemsOf(caller, bulk)
  for (const id of [one, other]) {
    expect(items.get(id)).toMatchObject({ outcome: 'left_out', error: { code: 'not_found' } })
    expect(await billsOf(caller, id)).toHaveLength(1)
  }
})

test('one that cannot be written is left out alone', async () => {
  const { one, other, bulk } = await previewTwo()
  await gateway.database.asOwner(
    `alter table subscriptions add constraint broken check (id <> '${one}' or plan_id <> '${pro}')`,
  )
  await executeWhole(caller, bulk)
  await gateway.database.asOwner('alter table subscriptions drop constraint broken')
  const items = await bulkItemsOf(caller, bulk)
  expect(items.get(one)).toMatchObject({ outcome: 'left_out', error: { code: 'internal_error' } })
  expect(items.get(other)).toMatchObject({ outcome: 'changed' })
  expect(await billsOf(caller, one)).toHaveLength(1)
})
