import { expect, test } from 'vitest'
import { countLines } from './plan-lines.ts'
import { makePlan } from './plan-under-test.ts'
import { startStack } from './stack-under-test.ts'

const subscriptions = 20_000
const prices = 10
const pairs = subscriptions * prices

/** The real heartbeat timeout: only after it does Temporal know that a killed worker is gone. */
const heartbeatTimeoutMs = 30_000

const everything = {
  subscriptions_processed: subscriptions,
  subscriptions_unchanged: 0,
  prices_added: pairs,
  prices_removed: 0,
  prices_skipped: 0,
}
const onceEach = { lines: pairs, twice: 0, subscriptionsByLines: { [prices]: subscriptions } }

test('kill -9 of the worker in the middle of a sync: after its restart all lines are there, none twice, counted exactly', async () => {
  await using stack = await startStack()
  const { planId, addPrices } = await makePlan(stack, subscriptions)
  await addPrices(prices)
  const sync = await stack.api.startSync(planId)
  await stack.api.firstProgress(sync)
  await stack.worker.kill()
  expect((await countLines(stack.database, planId)).lines).toBeLessThan(pairs)
  await stack.startWorker()
  expect(await stack.api.result(sync)).toMatchObject(everything)
  expect(await countLines(stack.database, planId)).toEqual(onceEach)
  expect(await stack.api.priceSyncStatus(planId)).toMatchObject({
    synced: true,
    unsynced_subscription_count: 0,
  })
  const again = await stack.api.result(await stack.api.startSync(planId))
  expect(again).toMatchObject({ subscriptions_unchanged: subscriptions, prices_added: 0 })
}, 180_000)

test('SIGTERM in the middle of a sync: the worker ends with 0 at its checkpoint, and another one goes on at once', async () => {
  await using stack = await startStack({ environment: { SHUTDOWN_GRACE_MS: '100' } })
  const { planId, addPrices } = await makePlan(stack, subscriptions)
  await addPrices(prices)
  const sync = await stack.api.startSync(planId)
  await stack.api.firstProgress(sync)
  const stoppedAt = performance.now()
  expect(await stack.worker.stop()).toBe(0)
  expect(performance.now() - stoppedAt).toBeLessThan(10_000)
  expect((await countLines(stack.database, planId)).lines).toBeLessThan(pairs)
  await stack.startWorker()
  expect(await stack.api.result(sync)).toMatchObject(everything)
  expect(performance.now() - stoppedAt).toBeLessThan(heartbeatTimeoutMs)
  expect(await countLines(stack.database, planId)).toEqual(onceEach)
  expect(await stack.api.priceSyncStatus(planId)).toMatchObject({
    synced: true,
    unsynced_subscription_count: 0,
  })
}, 180_000)
