import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endPrice } from '../catalog/price-edits.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { type FactsWanted, readSubscriptionFacts } from './subscription-facts.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
})
afterAll(() => databases[Symbol.asyncDispose]())

const nothing: FactsWanted = {
  customerIds: [],
  externalCustomerIds: [],
  planIds: [],
  entitlementIds: [],
  idempotencyKeys: [],
  areListsOthers: true,
}

function read(wanted: Partial<FactsWanted>) {
  return inTransaction(scoped, (transaction) => readSubscriptionFacts(transaction, { ...nothing, ...wanted }))
}

test('customers are found by either id, a plan with its prices, and what does not exist is missing', async () => {
  const ada = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)
  const bob = await insertCustomer(scoped, { external_id: 'bob', name: 'Bob' }, now)
  const plan = await addPlan(scoped)
  const price = await addPrice(scoped, { plan_id: plan.id })
  const facts = await read({
    customerIds: [ada.id, 'cust_none'],
    externalCustomerIds: ['bob', 'nobody'],
    planIds: [plan.id, 'plan_none'],
  })
  expect([...facts.customersById.keys()].sort()).toEqual([ada.id, bob.id])
  expect(facts.customersByExternalId.get('bob')).toMatchObject({
    id: bob.id,
    external_id: 'bob',
    timezone: 'UTC',
  })
  expect([...facts.plans.keys()]).toEqual([plan.id])
  expect(facts.plans.get(plan.id)).toMatchObject({ name: plan.name, prices: [{ id: price.id }] })
})

test('an edit that is under way is waited for, and both its price and its sequence are read', async () => {
  const plan = await addPlan(scoped)
  const price = await addPrice(scoped, { plan_id: plan.id })
  const before = (await read({ planIds: [plan.id] })).plans.get(plan.id)?.price_sequence ?? 0
  const endDate = daysFromNow(7)
  let reading: ReturnType<typeof read> | undefined
  await inTransaction(scoped, async (transaction) => {
    await endPrice(transaction, { priceId: price.id, endDate, now })
    reading = read({ planIds: [plan.id] })
    await waitForLock(databases.ownerUrl)
  })
  const found = (await reading)?.plans.get(plan.id)
  expect(found?.prices).toMatchObject([{ id: price.id, end_date: endDate }])
  expect(found?.price_sequence).toBeGreaterThan(before)
})
