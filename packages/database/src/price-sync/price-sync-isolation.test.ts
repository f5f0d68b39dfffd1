import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { insertSubscriptions } from '../subscriptions/subscriptions.ts'
import { addPlan, addPrice, addSubscription, newSubscription, now } from '../testing/catalog-rows.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import { syncPriceSlicePage } from './price-sync-page.ts'
import { getPriceSyncProgress } from './price-sync-progress.ts'
import { finishPriceSyncRun, getPriceSyncRun, startPriceSyncRun } from './price-sync-run.ts'
import { getPriceSyncStatus } from './price-sync-status.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

test("another environment's plan and runs do not exist, and stay as they were", async () => {
  const foreign = await databases.newTenant()
  const { id } = await addSubscription(scoped, { plan_id: planId })
  await addPrice(scoped, { plan_id: planId })
  const workflow = { id: 'price-sync', runId: 'run' }
  const { runId } = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
  const run = await getPriceSyncRun(scoped, runId ?? '')
  const notFound = { code: 'not_found' }
  await expect(runPriceSync(foreign, planId)).rejects.toMatchObject(notFound)
  await expect(getPriceSyncStatus(foreign, planId)).rejects.toMatchObject(notFound)
  await expect(getPriceSyncRun(foreign, run.id)).rejects.toThrow('exists')
  await expect(finishPriceSyncRun(foreign, run.id)).rejects.toThrow('exists')
  await expect(
    syncPriceSlicePage(foreign, { run, slice: 0, subscriptionsMax: 9, now }),
  ).rejects.toMatchObject({ code: 'version_conflict' })
  expect(await getPriceSyncProgress(foreign, workflow)).toBeUndefined()
  expect(await getPriceSyncProgress(scoped, workflow)).toMatchObject({ subscriptionsProcessed: 0 })
  expect(await linesOf(scoped, id)).toEqual([])
})

test('a plan id is a value and never SQL', async () => {
  const hostile = `${planId}' or '1'='1'; drop table prices; --`
  await expect(runPriceSync(scoped, hostile)).rejects.toMatchObject({ code: 'not_found' })
  await expect(getPriceSyncStatus(scoped, hostile)).rejects.toMatchObject({ code: 'not_found' })
  const creation = { planId: hostile, subscriptions: [newSubscription(hostile)], now }
  await expect(insertSubscriptions(scoped, creation)).rejects.toMatchObject({ code: 'not_found' })
  await addPrice(scoped, { plan_id: planId })
})
