import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addMeteredFeature, addPlan, daysFromNow, monthly, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { featuresByMeter } from './feature-search.ts'
import { deleteFeature, type FeatureRow, insertFeature, updateFeature } from './features.ts'
import { deleteGroup, insertGroup } from './groups.ts'
import { insertPrices } from './prices.ts'

let databases: TestDatabase
let scoped: Scoped
let feature: FeatureRow
let planId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  feature = await addMeteredFeature(scoped)
  planId = (await addPlan(scoped)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

const usage = (changes: object = {}) =>
  monthly({
    plan_id: planId,
    type: 'USAGE',
    invoice_cadence: 'ARREAR',
    meter_id: feature.meter_id,
    ...changes,
  })

/** Does one thing and, before that commits, begins another one, which has to wait for it. */
async function overlap(
  first: (transaction: Scoped) => Promise<unknown>,
  second: (transaction: Scoped) => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>> {
  let later: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([])
  await inTransaction(scoped, async (transaction) => {
    await first(transaction)
    later = Promise.allSettled([inTransaction(scoped, second)])
    await waitForLock(databases.ownerUrl)
  })
  const [outcome] = await later
  if (!outcome) throw new Error('the second thing was begun')
  return outcome
}

const addUsage = (transaction: Scoped) => insertPrices(transaction, [usage()], now)
const removeFeature = (transaction: Scoped) => deleteFeature(transaction, feature.id, now)
const filterMeter = (transaction: Scoped) =>
  updateFeature(transaction, feature.id, { filters: [{ key: 'a', values: ['b'] }] }, now)

test('a feature is not deleted while a price of its usage is being made', async () => {
  expect(await overlap(addUsage, removeFeature)).toMatchObject({ reason: { code: 'in_use' } })
})

test('a price of usage is not made while the feature is being deleted', async () => {
  expect(await overlap(removeFeature, addUsage)).toMatchObject({ reason: { code: 'not_found' } })
})

test('a meter is not filtered otherwise while a price of it is being made', async () => {
  expect(await overlap(addUsage, filterMeter)).toMatchObject({ reason: { code: 'in_use' } })
})

test('a change and a deletion of one feature come one after the other', async () => {
  expect(await overlap(filterMeter, removeFeature)).toMatchObject({ status: 'fulfilled' })
})

test('the last two features of a meter, deleted at once, take it with them', async () => {
  const other = await inTransaction(scoped, (transaction) =>
    insertFeature(transaction, { name: 'x', type: 'metered', meter_id: feature.meter_id ?? '' }, now),
  )
  const outcome = await overlap(removeFeature, (transaction) => deleteFeature(transaction, other.id, now))
  expect(outcome).toMatchObject({ status: 'fulfilled' })
  const meters = await scoped.db.selectFrom('meters').select('status').execute()
  expect(meters).toEqual([{ status: 'deleted' }])
})

test('a group is not deleted while something is being put into it', async () => {
  const group = await insertGroup(scoped, { name: 'G', lookup_key: 'g', entity_type: 'price' }, now)
  const fill = (transaction: Scoped) => insertPrices(transaction, [usage({ group_id: group.id })], now)
  const outcome = await overlap(fill, (transaction) => deleteGroup(transaction, group.id, now))
  expect(outcome).toMatchObject({ reason: { code: 'in_use' } })
})

test('a price that has ended, and one that has not begun, decide whether the feature is in use', async () => {
  await inTransaction(scoped, (transaction) =>
    insertPrices(transaction, [usage({ start_date: daysFromNow(-9), end_date: daysFromNow(-1) })], now),
  )
  const scheduled = usage({ start_date: daysFromNow(9) })
  await inTransaction(scoped, (transaction) => insertPrices(transaction, [scheduled], now))
  await expect(inTransaction(scoped, removeFeature)).rejects.toMatchObject({ code: 'in_use' })
})

test('a meter shows its oldest feature', async () => {
  const meterId = feature.meter_id ?? ''
  await inTransaction(scoped, (transaction) =>
    insertFeature(transaction, { name: 'later', type: 'metered', meter_id: meterId }, now),
  )
  expect(await featuresByMeter(scoped, [meterId, null])).toEqual(new Map([[meterId, feature]]))
})
