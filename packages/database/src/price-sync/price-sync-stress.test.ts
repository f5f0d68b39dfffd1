import { setTimeout } from 'node:timers/promises'
import { isCodedError } from '@flexprice/domain'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countLiveSubscriptions } from '../catalog/plans.ts'
import type { Scoped } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { insertSubscriptions } from '../subscriptions/subscriptions.ts'
import { addPlan, addPrice, newSubscription, now } from '../testing/catalog-rows.ts'
import { brokenRules } from '../testing/price-sync-invariants.ts'
import { modelPriceSync } from '../testing/price-sync-model.ts'
import { takeStep } from '../testing/price-sync-steps.ts'
import { readWorld } from '../testing/price-sync-world.ts'
import { runPriceSync } from '../testing/run-price-sync.ts'
import { worldStep } from '../testing/world-step.ts'
import { getPriceSyncStatus } from './price-sync-status.ts'

const workersCount = 6
const stepsPerWorker = 40
const syncersCount = 2
const seed = 20_260_315

/** Overtaken, and begun at the same moment. */
const metAnother = new Set(['version_conflict', 'service_unavailable'])

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

/** A sync that meets another one, or is overtaken by it, is told so; its workflow looks again. */
async function syncUntil(scoped: Scoped, planId: string, done: () => boolean): Promise<number> {
  let finished = 0
  for (let turn = 0; !done(); turn++) {
    try {
      // Each three turns are a workflow's, at times the same as the other's: retries, then a takeover.
      const runId = `run ${Math.trunc(turn / 3)}`
      if (await runPriceSync(scoped, planId, { slices: 3, subscriptionsMax: 2, runId })) finished++
      else await setTimeout(5)
    } catch (error) {
      if (!isCodedError(error) || !metAnother.has(error.code)) throw error
    }
  }
  return finished
}

test('edits, creations, overrides, ends and syncs at once lose nothing and wait for nobody in a circle', async () => {
  const scoped = await databases.newTenant({ clockAt: now })
  const { id: planId } = await addPlan(scoped)
  const customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  for (let made = 0; made < 4; made++) await addPrice(scoped, { plan_id: planId })
  const first = Array.from({ length: 12 }, () => newSubscription(customerId))
  await insertSubscriptions(scoped, { planId, subscriptions: first, now })

  const steps = fc.sample(worldStep, { numRuns: workersCount * stepsPerWorker, seed })
  let busy = workersCount
  const workers = Array.from({ length: workersCount }, async (_, worker) => {
    for (let step = worker; step < steps.length; step += workersCount) {
      const next = steps[step]
      if (next) await takeStep({ scoped, planId, customerId, now }, next)
    }
    busy--
  })
  const syncers = Array.from({ length: syncersCount }, () => syncUntil(scoped, planId, () => busy === 0))
  await Promise.all(workers)
  const finished = await Promise.all(syncers)

  expect(finished.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
  await runPriceSync(scoped, planId)
  const world = await readWorld(scoped, planId)
  const again = modelPriceSync(world, { sees: () => true })
  expect(again.lines).toEqual(world.lines)
  expect(brokenRules(world)).toEqual([])
  expect(await getPriceSyncStatus(scoped, planId)).toMatchObject({ synced: true })
  expect(await countLiveSubscriptions(scoped, planId)).toBe(world.subscriptions.length)
})
