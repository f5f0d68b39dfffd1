import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StartedSync } from './api-client.ts'
import { countLines, holdSubscription } from './plan-lines.ts'
import { makePlan } from './plan-under-test.ts'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

const subscriptions = 20_000
const prices = 10
const pairs = subscriptions * prices

let stack: StackUnderTest
beforeAll(async () => {
  // One slice, so that it is known which page is the last.
  stack = await startStack({ environment: { PRICE_SYNC_SLICES: '1' } })
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Starts a sync that cannot get past one subscription, cancels it, and waits for its end. */
async function cancelledSync(
  planId: string,
  stuckAt: string | undefined,
  ready: Ready,
): Promise<StartedSync> {
  await using _hold = await holdSubscription(stack.database, stuckAt)
  const sync = await stack.api.startSync(planId)
  await ready(sync)
  await stack.api.send('POST', `/workflows/${sync.workflow_id}/cancel`)
  expect(await stack.api.outcome(sync)).toMatchObject({ status: 'Canceled' })
  return sync
}
type Ready = (sync: StartedSync) => Promise<unknown>

test('a sync that is cancelled in the middle leaves whole slices; the next one goes on, and nothing is there twice', async () => {
  const { api, database } = stack
  const { planId, subscriptionIds, addPrices } = await makePlan(stack, subscriptions)
  await addPrices(prices)
  await cancelledSync(planId, subscriptionIds.at(-1), api.firstProgress)

  const left = await countLines(database, planId)
  const { 0: without = 0, [prices]: done = 0, ...partly } = left.subscriptionsByLines
  expect(partly).toEqual({})
  expect(done).toBeGreaterThan(0)
  expect(without).toBeGreaterThan(0)
  expect(await api.priceSyncStatus(planId)).toMatchObject({
    synced: false,
    unsynced_subscription_count: without,
  })

  const next = await api.result(await api.startSync(planId))
  expect(next).toMatchObject({ subscriptions_processed: without, prices_added: without * prices })
  expect(await countLines(database, planId)).toEqual({
    lines: pairs,
    twice: 0,
    subscriptionsByLines: { [prices]: subscriptions },
  })
  expect(await api.priceSyncStatus(planId)).toMatchObject({ synced: true })
}, 120_000)

test('a sync that is cancelled while its first page waits for a lock ends Canceled too, and the next one works', async () => {
  const { api } = stack
  const { planId, subscriptionIds, addPrices } = await makePlan(stack, 100)
  await addPrices(1)
  const begun: Ready = async (sync) => {
    await expect.poll(async () => (await api.taskResult(sync)).progress).toBeDefined()
    await sleep(500)
  }
  const cancelled = await cancelledSync(planId, subscriptionIds[0], begun)
  const sync = await api.startSync(planId)
  expect(sync.run_id).not.toBe(cancelled.run_id)
  expect(await api.result(sync)).toMatchObject({ subscriptions_processed: 100, prices_added: 100 })
}, 60_000)
