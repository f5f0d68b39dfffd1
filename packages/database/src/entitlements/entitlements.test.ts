import { newEntitlementTerms } from '@flexprice/domain/entitlement'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clonePlan } from '../catalog/clone-plan.ts'
import { deleteFeature, insertFeature } from '../catalog/features.ts'
import { deletePlan } from '../catalog/plans.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import {
  aggregateSubscriptionEntitlements,
  listEntitledSubscriptions,
  listPlanEntitlements,
  searchEntitlements,
} from '../subscriptions/entitlement-search.ts'
import { addMeteredFeature, addPlan, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { addEntitlement } from '../testing/entitlement-rows.ts'
import {
  type EntitlementOverride,
  insertEntitlements,
  insertSubscriptionEntitlements,
  overrideProblems,
} from './entitlement-inserts.ts'
import { deleteEntitlement, getEntitlement, shareEntitlements, updateEntitlement } from './entitlements.ts'

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

const metered = (place: object, terms = {}) => ({
  ...newEntitlementTerms(terms),
  feature_id: featureId,
  feature_type: 'metered' as const,
  ...place,
})

function insert(entitlements: Parameters<typeof insertEntitlements>[1], by = scoped) {
  return inTransaction(by, (transaction) =>
    insertEntitlements(transaction, entitlements, now, (index) => `items[${index}].`),
  )
}

describe('an entitlement', () => {
  test('is one a plan and feature, until it is deleted', async () => {
    const { id } = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId })
    const again = () => addEntitlement(scoped, { plan_id: planId, feature_id: featureId })
    await expect(again()).rejects.toMatchObject({
      code: 'already_exists',
      details: { fields: [{ path: 'feature_id' }] },
    })
    await inTransaction(scoped, (transaction) => deleteEntitlement(transaction, id, now))
    await expect(getEntitlement(scoped, id)).rejects.toMatchObject({ code: 'not_found' })
    const results = await Promise.allSettled([again(), again(), again()])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('is made with all of its list or not at all, and each problem is told by its path', async () => {
    const other = (await addMeteredFeature(scoped, 'Storage')).id
    const boolean = await inTransaction(scoped, (transaction) =>
      insertFeature(transaction, { name: 'SSO', type: 'boolean' }, now),
    )
    const bad = insert([
      metered({ plan_id: planId }),
      metered({ plan_id: planId, feature_id: other }, { usage_limit: -1 }),
      metered({ plan_id: planId }),
      metered({ plan_id: planId, feature_id: boolean.id }),
      metered({ plan_id: planId, feature_id: other, start_date: now, end_date: now }),
    ])
    await expect(bad).rejects.toMatchObject({
      code: 'validation_error',
      details: {
        fields: [
          { path: 'items[1].usage_limit' },
          { path: 'items[2].feature_id' },
          { path: 'items[3].feature_type', message: "must be boolean, as the feature's is" },
          { path: 'items[4].feature_id' },
          { path: 'items[4].end_date' },
        ],
      },
    })
    expect(await listPlanEntitlements(scoped, [planId])).toEqual([])
    const rows = await insert([metered({ plan_id: planId }), metered({ plan_id: planId, feature_id: other })])
    expect(rows.map((row) => row.feature_id)).toEqual([featureId, other])
    expect(rows.map((row) => row.id)).toEqual(rows.map((row) => row.id).toSorted())
  })

  test.each([
    ['plan', () => ({ plan_id: 'plan_x' })],
    ['subscription', () => ({ subscription_id: 'subs_x' })],
    ['feature', () => ({ plan_id: planId, feature_id: 'feat_x' })],
  ])('is not made for a %s that is missing', async (_what, place) => {
    await expect(insert([metered(place())])).rejects.toMatchObject({ code: 'not_found' })
  })

  test("of a subscription replaces one of its plan's to the same feature, and no other", async () => {
    const { id: parent } = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId })
    const { id: subscription_id } = await addSubscription(scoped, { plan_id: planId })
    const foreignPlan = await addPlan(scoped, 'Other')
    const { id: foreign } = await addEntitlement(scoped, { plan_id: foreignPlan.id, feature_id: featureId })
    await expect(
      insert([metered({ subscription_id, parent_entitlement_id: foreign })]),
    ).rejects.toMatchObject({
      details: { fields: [{ path: 'items[0].parent_entitlement_id' }] },
    })
    const [row] = await insert([metered({ subscription_id, parent_entitlement_id: parent })])
    expect(row).toMatchObject({ plan_id: null, subscription_id, parent_entitlement_id: parent })
  })

  test('changes where a change is given, and is refused what its feature does not have', async () => {
    const { id } = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId, usage_limit: 9 })
    const update = (changes: object) =>
      inTransaction(scoped, (transaction) => updateEntitlement(transaction, id, changes, daysFromNow(1)))
    expect(await update({ is_soft_limit: true, static_value: '' })).toMatchObject({
      usage_limit: 9,
      is_soft_limit: true,
      updated_at: daysFromNow(1),
    })
    expect(await update({ usage_limit: null, usage_reset_period: 'NEVER' })).toMatchObject({
      usage_limit: null,
      usage_reset_period: 'NEVER',
    })
    await expect(update({ config_value: {} })).rejects.toMatchObject({
      details: { fields: [{ path: 'config_value' }] },
    })
  })
})

describe('what entitlements belong to', () => {
  test('a feature with one cannot be deleted, also while one is being made', async () => {
    const { id } = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId })
    const remove = () => inTransaction(scoped, (transaction) => deleteFeature(transaction, featureId, now))
    await expect(remove()).rejects.toMatchObject({
      code: 'in_use',
      details: { used_by: 'entitlement', entitlement_id: id },
    })
    await inTransaction(scoped, (transaction) => deleteEntitlement(transaction, id, now))
    const [removed, made] = await Promise.allSettled([remove(), insert([metered({ plan_id: planId })])])
    // One of them waits for the other, and then knows of it.
    expect([removed.status, made.status].toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  test('a plan takes its own with it, and a clone has them too', async () => {
    await addEntitlement(scoped, { plan_id: planId, feature_id: featureId, usage_limit: 7 })
    const clone = await inTransaction(scoped, (transaction) => clonePlan(transaction, planId, {}, now))
    await inTransaction(scoped, (transaction) => deletePlan(transaction, planId, now))
    expect(await listPlanEntitlements(scoped, [planId])).toEqual([])
    expect(await listPlanEntitlements(scoped, [clone.id])).toMatchObject([
      { plan_id: clone.id, feature_id: featureId, usage_limit: 7, is_enabled: true },
    ])
  })

  test("another environment's are not there", async () => {
    const row = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId })
    const foreign = await databases.newTenant()
    const missing = { code: 'not_found' }
    await expect(getEntitlement(foreign, row.id)).rejects.toMatchObject(missing)
    const change = inTransaction(foreign, (transaction) => updateEntitlement(transaction, row.id, {}, now))
    await expect(change).rejects.toMatchObject(missing)
    await expect(insert([metered({ plan_id: planId })], foreign)).rejects.toMatchObject(missing)
    expect(await searchEntitlements(foreign, { plan_ids: [planId] })).toEqual({ items: [], total: 0 })
    expect(await shareEntitlements(foreign, [row.id])).toEqual([])
    const subscriptions = [{ id: 'subs_x', plan_id: planId }]
    expect(await aggregateSubscriptionEntitlements(foreign, { subscriptions, now })).toEqual([])
  })
})

test('overrides of many new subscriptions are inserted in sets, from what each replaces', async () => {
  const parent = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId, usage_limit: 100 })
  const { id: subscriptionId, customer_id } = await addSubscription(scoped, { plan_id: planId })
  const others = await Promise.all(
    Array.from({ length: 20 }, () => addSubscription(scoped, { plan_id: planId, customer_id })),
  )
  const overrides: EntitlementOverride[] = [
    { subscriptionId, parent, changes: { usage_limit: null } },
    ...others.map(({ id }) => ({ subscriptionId: id, parent, changes: { is_enabled: false } })),
  ]
  expect(overrides.flatMap((one) => overrideProblems({ planId }, one))).toEqual([])
  await inTransaction(scoped, (transaction) => insertSubscriptionEntitlements(transaction, overrides, now))
  const subscriptions = await listEntitledSubscriptions(scoped, customer_id, now)
  expect(subscriptions).toHaveLength(21)
  const [feature] = await aggregateSubscriptionEntitlements(scoped, { subscriptions, now })
  expect(feature?.aggregated).toMatchObject({ is_enabled: true, usage_limit: null })
  expect(feature?.sources).toHaveLength(21)
  const { total } = await searchEntitlements(scoped, { entity_type: 'SUBSCRIPTION', is_enabled: false })
  expect(total).toBe(20)
})

test('an override that does not fit is told by its field', async () => {
  const parent = await addEntitlement(scoped, { plan_id: planId, feature_id: featureId })
  const paths = (plan: string, changes: object) =>
    overrideProblems({ planId: plan }, { parent, changes }).map(({ path }) => path)
  expect(paths('plan_other', {})).toEqual(['entitlement_id'])
  expect(paths(planId, { static_value: 'gold', usage_limit: -1 })).toEqual(['usage_limit', 'static_value'])
})
