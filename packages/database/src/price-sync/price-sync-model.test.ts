import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertCustomer } from '../customers/customers.ts'
import { addPlan, daysFromNow, now } from '../testing/catalog-rows.ts'
import { brokenRules } from '../testing/price-sync-invariants.ts'
import { type ModelWorld, modelCreation, modelPriceSync, sortedLines } from '../testing/price-sync-model.ts'
import { type StepTarget, takeStep } from '../testing/price-sync-steps.ts'
import { readWorld } from '../testing/price-sync-world.ts'
import { runPriceSync } from '../testing/run-price-sync.ts'
import { type WorldStep, worldStep } from '../testing/world-step.ts'
import type { PriceSyncCounts } from './price-sync-counts.ts'
import { getPriceSyncStatus } from './price-sync-status.ts'

const worldsCount = 60
const seed = 20_260_315

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

interface Sync {
  readonly kind: 'sync'
  readonly slices: number
  readonly subscriptionsMax: number
}
type Step = WorldStep | Sync | { readonly kind: 'day'; readonly days: number }

const sync: fc.Arbitrary<Sync> = fc.record({
  kind: fc.constant('sync' as const),
  slices: fc.integer({ min: 1, max: 4 }),
  subscriptionsMax: fc.integer({ min: 1, max: 4 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: worldStep },
  { weight: 2, arbitrary: sync },
  fc.record({ kind: fc.constant('day' as const), days: fc.integer({ min: 1, max: 3 }) }),
)
const story = fc.record({ steps: fc.array(step, { minLength: 8, maxLength: 30, size: 'max' }), last: sync })

test('any story of prices, subscriptions, overrides and syncs gives the lines and counts of the table', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ steps, last }) => {
      const scoped = await databases.newTenant({ clockAt: now })
      const { id: planId } = await addPlan(scoped)
      const customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
      let day = 0
      for (const step of [...steps, last]) {
        const target = { scoped, planId, customerId, now: daysFromNow(day) }
        if (step.kind === 'day') day += step.days
        else if (step.kind === 'sync') await checkSync(target, step)
        else await checkStep(target, step)
        expect(brokenRules(await readWorld(scoped, planId))).toEqual([])
      }
      expect(await runPriceSync(scoped, planId)).toBeUndefined()
    }),
    { numRuns: worldsCount, seed },
  )
})

/** A creation gives the lines of section 7; other steps are the sync's input. */
async function checkStep(target: StepTarget, step: WorldStep): Promise<void> {
  const made = await takeStep(target, step)
  if (step.kind !== 'subscribe') return
  expect(made).toHaveLength(step.starts.length)
  const { prices, subscriptions, lines } = await readWorld(target.scoped, target.planId)
  for (const subscription of subscriptions.filter(({ id }) => made.includes(id))) {
    expect(lines.filter(({ subscriptionId }) => subscriptionId === subscription.id)).toEqual(
      sortedLines(modelCreation(prices, subscription)),
    )
  }
}

async function checkSync({ scoped, planId, now }: StepTarget, sync: Sync): Promise<void> {
  const world = await readWorld(scoped, planId)
  const { floor } = world
  const expected = modelPriceSync(world, {
    sees: (subscription, price) => price.sequence > Math.max(floor, subscription.sequence),
  })
  const { currentSequence, unsyncedSubscriptionCount } = await getPriceSyncStatus(scoped, planId)
  const behind = world.subscriptions.filter(({ sequence }) => Math.max(floor, sequence) < currentSequence)
  expect(unsyncedSubscriptionCount).toBe(behind.length)
  const counts = await runPriceSync(scoped, planId, { ...sync, at: now })
  if (counts === undefined) expect(currentSequence).toBe(floor)
  else expectCounts(counts, { ...expected, total: world.subscriptions.length, processed: behind.length })
  const after = await readWorld(scoped, planId)
  expect(after.lines).toEqual(sortedLines(expected.lines))
  expect(await getPriceSyncStatus(scoped, planId)).toMatchObject({
    synced: true,
    unsyncedSubscriptionCount: 0,
  })
  expectNothingLeft(after)
}

function expectCounts(
  { skipped, skippedPrices, ...counts }: PriceSyncCounts,
  expected: ReturnType<typeof modelPriceSync> & { total: number; processed: number },
): void {
  const { added, removed, ...skips } = expected.counts
  expect(skipped).toEqual(skips)
  const named = skippedPrices.map(({ price_id, reason, subscriptions }) => [
    `${price_id} ${reason}`,
    subscriptions,
  ])
  expect(Object.fromEntries(named)).toEqual(expected.named)
  expect(counts).toEqual({
    subscriptionsTotal: expected.total,
    subscriptionsProcessed: expected.processed,
    pricesAdded: added,
    pricesRemoved: removed,
  })
}

/** What the watermark passed over would have changed nothing either. */
function expectNothingLeft(world: ModelWorld): void {
  const everything = modelPriceSync(world, { sees: () => true })
  expect(everything.lines).toEqual(world.lines)
  expect(everything.counts).toMatchObject({ added: 0, removed: 0 })
}
