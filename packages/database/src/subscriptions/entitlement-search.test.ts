import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insertFeature } from '../catalog/features.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addMeteredFeature, addPlan, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { addEntitlement } from '../testing/entitlement-rows.ts'
import {
  aggregateSubscriptionEntitlements,
  listEntitledSubscriptions,
  searchEntitlements,
} from './entitlement-search.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
let featureId: string
beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant()
  planId = (await addPlan(scoped)).id
  featureId = (await addMeteredFeature(scoped)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

describe('what a customer is entitled to', () => {
  test('comes from subscriptions that are active or trialing and have begun', async () => {
    const { id: active, customer_id } = await addSubscription(scoped, { plan_id: planId })
    const { id: trialing } = await addSubscription(scoped, {
      ...{ plan_id: planId, customer_id },
      subscription_status: 'trialing',
    })
    for (const subscription_status of ['cancelled', 'paused', 'incomplete', 'draft'] as const) {
      await addSubscription(scoped, { plan_id: planId, customer_id, subscription_status })
    }
    await addSubscription(scoped, { plan_id: planId, customer_id, end_date: now })
    await addSubscription(scoped, { plan_id: planId })
    const found = await listEntitledSubscriptions(scoped, customer_id, now)
    expect(found.map(({ id }) => id)).toEqual([active, trialing])
    expect(await listEntitledSubscriptions(scoped, customer_id, daysFromNow(-1))).toEqual([])
  })

  test('is what is in force at the instant, and can be asked by feature', async () => {
    const other = (await addMeteredFeature(scoped, 'Storage')).id
    await addEntitlement(scoped, { plan_id: planId, feature_id: featureId, end_date: daysFromNow(1) })
    await addEntitlement(scoped, { plan_id: planId, feature_id: other, start_date: daysFromNow(1) })
    const subscriptions = [{ id: 'subs_1', plan_id: planId }]
    const featuresAt = async (at: Date, featureIds?: string[]) => {
      const found = await aggregateSubscriptionEntitlements(scoped, { subscriptions, featureIds, now: at })
      return found.map((feature) => feature.feature_id)
    }
    expect(await featuresAt(now)).toEqual([featureId])
    expect(await featuresAt(daysFromNow(1))).toEqual([other])
    expect(await featuresAt(now, [other])).toEqual([])
    expect(await featuresAt(now, [other, featureId])).toEqual([featureId])
  })
})

test('a search takes each of its filters, and names a field that does not exist', async () => {
  const boolean = await inTransaction(scoped, (transaction) =>
    insertFeature(transaction, { name: 'SSO', type: 'boolean' }, now),
  )
  const one = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId, usage_limit: 5 })
  const terms = { feature_id: boolean.id, feature_type: 'boolean', is_enabled: false } as const
  const two = await addEntitlement(scoped, { plan_id: planId, ...terms })
  const ids = async (search: object) => (await searchEntitlements(scoped, search)).items.map(({ id }) => id)
  expect(await ids({})).toEqual([two.id, one.id])
  expect(await ids({ feature_type: 'boolean' })).toEqual([two.id])
  expect(await ids({ is_enabled: true })).toEqual([one.id])
  expect(await ids({ feature_ids: [featureId] })).toEqual([one.id])
  expect(await ids({ entity_ids: [planId], entity_type: 'PLAN' })).toEqual([two.id, one.id])
  expect(await ids({ entity_type: 'ADDON' })).toEqual([])
  expect(await ids({ plan_ids: ['plan_x'] })).toEqual([])
  expect(await ids({ sort: [{ field: 'usage_limit', direction: 'asc' }] })).toEqual([one.id, two.id])
  await expect(ids({ sort: [{ field: 'price' }] })).rejects.toMatchObject({
    details: { fields: [{ path: 'sort[0].field' }] },
  })
})
