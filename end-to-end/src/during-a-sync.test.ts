import { readNow } from '@flexprice/database/connection'
import { endLineItem } from '@flexprice/database/line-items'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { countLines, holdSubscription, linesByPrice, linesOf } from './plan-lines.ts'
import { makePlan, type PlanUnderTest } from './plan-under-test.ts'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

const subscriptions = 2_000

let stack: StackUnderTest
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Starts a sync that has done one slice of two, and cannot end before `work` has. */
async function whileSyncing({ planId, subscriptionIds }: PlanUnderTest, work: () => Promise<void>) {
  await using _hold = await holdSubscription(stack.database, subscriptionIds.at(-1))
  const sync = await stack.api.startSync(planId)
  await stack.api.firstProgress(sync)
  await work()
  expect(await stack.api.taskResult(sync)).toMatchObject({ status: 'Running' })
  return sync
}

async function changeAmount(priceId: string, amount: string): Promise<string> {
  return z
    .looseObject({ id: z.string() })
    .parse(await stack.api.send('PUT', `/prices/${priceId}`, { amount })).id
}

test("a price that is edited while its plan's sync runs is not lost: the running sync brings its successor", async () => {
  const plan = await makePlan(stack, subscriptions)
  const [edited = '', kept = ''] = await plan.addPrices(2)
  let successor = ''
  const sync = await whileSyncing(plan, async () => {
    successor = await changeAmount(edited, '20')
    const again = await stack.api.startSync(plan.planId)
    expect(again).toMatchObject({ run_id: expect.any(String) })
  })
  await stack.api.result(sync)
  const lines = await linesByPrice(stack.database, plan.planId)
  expect(successor).not.toBe(edited)
  expect(lines[successor]).toEqual({ open: subscriptions, ended: 0 })
  expect(lines[kept]).toEqual({ open: subscriptions, ended: 0 })
  // Whether the sync came by before the edit or after it, the old price has its time (decision 25).
  expect(lines[edited]).toEqual({ open: 0, ended: subscriptions })
  expect(await stack.api.priceSyncStatus(plan.planId)).toMatchObject({ synced: true })
})

test('syncs of a plan that are asked for at once are one run, and nothing is there twice', async () => {
  const plan = await makePlan(stack, subscriptions)
  await plan.addPrices(3)
  const runs = new Set<string>()
  const sync = await whileSyncing(plan, async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => stack.api.startSync(plan.planId)))
    for (const { workflow_id, run_id } of others) runs.add(`${workflow_id} ${run_id}`)
  })
  expect([...runs]).toEqual([`${sync.workflow_id} ${sync.run_id}`])
  expect(await stack.api.result(sync)).toMatchObject({
    subscriptions_processed: subscriptions,
    prices_added: 3 * subscriptions,
  })
  expect(await countLines(stack.database, plan.planId)).toMatchObject({
    twice: 0,
    subscriptionsByLines: { 3: subscriptions },
  })
})

test('a subscription that is made while a sync runs has exactly one line of each price', async () => {
  const plan = await makePlan(stack, subscriptions)
  await plan.addPrices(3)
  const sync = await whileSyncing(plan, async () => {
    await plan.addSubscriptions(50)
  })
  await stack.api.result(sync)
  const all = subscriptions + 50
  expect(await countLines(stack.database, plan.planId)).toEqual({
    lines: 3 * all,
    twice: 0,
    subscriptionsByLines: { 3: all },
  })
  const again = await stack.api.result(await stack.api.startSync(plan.planId))
  expect(again).toMatchObject({ subscriptions_unchanged: all, prices_added: 0 })
})

test('a line that a user ends while a sync runs keeps its end, and no later sync brings it back', async () => {
  const { scoped, api, database } = stack
  const plan = await makePlan(stack, subscriptions)
  const [ended = ''] = await plan.addPrices(1)
  await api.result(await api.startSync(plan.planId))
  await plan.addPrices(1)
  const [subscriptionId = ''] = plan.subscriptionIds
  const [line] = await linesOf(database, subscriptionId)
  const endDate = await readNow(scoped)
  const sync = await whileSyncing(plan, async () => {
    await endLineItem(scoped, { lineItemId: line?.id ?? '', endDate, now: endDate })
  })
  await api.result(sync)
  const successor = await changeAmount(ended, '20')
  const next = await api.result(await api.startSync(plan.planId))
  expect(next).toMatchObject({ prices_added: subscriptions - 1, skipped_by_reason: { ended_by_user: 2 } })
  const lines = await linesOf(database, subscriptionId)
  expect(lines.filter(({ priceId }) => priceId === successor)).toEqual([])
  expect(lines.find(({ id }) => id === line?.id)).toMatchObject({ endedBy: 'user', endDate })
})
