import { createTestDatabase, type TestDatabase, testStressMs } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../lives/random.ts'
import { checkLedgers } from '../play/check-ledgers.ts'
import { gapsIn } from '../play/invariants.ts'
import { type Databases, openDatabases } from '../product/product.ts'
import { takeBackAtOnce } from './act-at-random.ts'
import { moveMoneyAtOnce } from './move-money-at-once.ts'
import { openPaidWorld } from './open-paid-world.ts'

const poolSizeMax = 16
const slackMs = 120_000

let database: TestDatabase
let databases: Databases
beforeAll(async () => {
  database = await createTestDatabase()
  databases = openDatabases(database, poolSizeMax)
})
afterAll(async () => {
  await databases[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

test(
  'payments, voids, notes, top-ups and billing runs on the same customers at once never deadlock, and all ledgers add up',
  async () => {
    const world = await openPaidWorld(databases)
    const { done, broken } = await moveMoneyAtOnce(world, { forMs: testStressMs(), seed: 14 })
    expect(broken).toEqual([])
    const ledgers = await checkLedgers(world.product)
    expect(ledgers).toEqual([])
    expect(await gapsIn(world.product)).toEqual([])
    // All of them have met: each was done some times, not only refused.
    expect(Object.keys(done).sort()).toEqual([
      ...['bill', 'close-invoice', 'pay', 'replace-invoice', 'take-back', 'top-up'],
      ...['void-invoice', 'void-note', 'void-payment'],
    ])
  },
  testStressMs() + slackMs,
)

test('of ten notes at once on the whole of a line one is written, on a part of it as many as it has room for', async () => {
  const world = await openPaidWorld(databases)
  const random = createRandom(3)
  for (const [amount, most] of [
    [null, 1],
    ['3', 3],
  ] as const) {
    const made = await takeBackAtOnce(world, {
      amount,
      times: 10,
      subscription: random.below(world.customers),
    })
    expect(made).toBe(most)
  }
  expect(await checkLedgers(world.product)).toEqual([])
})
