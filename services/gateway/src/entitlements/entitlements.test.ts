import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addSubscription } from '../testing/add-subscription.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let planId: string
let apiCalls: string

beforeAll(async () => {
  gateway = await startGateway()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'Pro' })).id
  apiCalls = await addFeature('metered')
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function addFeature(type: string): Promise<string> {
  const meter = {
    name: 'Calls',
    event_name: 'call',
    aggregation: { type: 'COUNT' },
    reset_usage: 'BILLING_PERIOD',
  }
  const body = { name: `A ${type} feature`, type, ...(type === 'metered' ? { meter } : {}) }
  return (await caller.create('/features', body)).id
}

function body(changes: object = {}) {
  return {
    entity_type: 'PLAN',
    entity_id: planId,
    feature_id: apiCalls,
    feature_type: 'metered',
    usage_limit: 100,
    usage_reset_period: 'MONTHLY',
    ...changes,
  }
}

test('201, and 200 with its feature and plan; 200 for a change, 200 for a deletion, then 404', async () => {
  const { id } = await caller.create('/entitlements', body())
  expect(await caller.call('GET', `/entitlements/${id}`)).toMatchObject({
    status: 200,
    body: {
      ...body(),
      plan_id: planId,
      is_enabled: true,
      is_soft_limit: false,
      aggregation_mode: 'additive',
      status: 'published',
      feature: { id: apiCalls, type: 'metered' },
      plan: { id: planId, name: 'Pro' },
    },
  })
  const changed = await caller.call('PUT', `/entitlements/${id}`, { usage_limit: null, is_soft_limit: true })
  expect(changed).toMatchObject({ status: 200, body: { is_soft_limit: true, usage_reset_period: 'MONTHLY' } })
  expect(changed.body).not.toHaveProperty('usage_limit')
  expect(await caller.call('DELETE', `/entitlements/${id}`)).toMatchObject({ status: 200 })
  for (const method of ['GET', 'DELETE'] as const) {
    expect(await caller.call(method, `/entitlements/${id}`)).toMatchObject({ status: 404 })
  }
})

test("201 by the older plan_id; 409 for a second one of the plan's to the feature", async () => {
  const older = { plan_id: planId, feature_id: apiCalls, feature_type: 'metered' }
  await caller.create('/entitlements', older)
  const again = await caller.call('POST', '/entitlements', body())
  expect(again).toMatchObject({ status: 409, body: { code: 'already_exists' } })
})

test.each([
  ['no entity', { entity_id: undefined }, 'entity_id'],
  ['a negative limit', { usage_limit: -1 }, 'usage_limit'],
  ['a limit that is no whole number', { usage_limit: 1.5 }, 'usage_limit'],
  ['a limit beyond its bound', { usage_limit: 1_000_000_000_001 }, 'usage_limit'],
  ['a limit in a text', { usage_limit: '100' }, 'usage_limit'],
  ['an unknown period', { usage_reset_period: 'HOURLY' }, 'usage_reset_period'],
  ['a value of another type', { static_value: 'gold' }, 'static_value'],
  ['a plan and another entity', { plan_id: 'plan_other' }, 'plan_id'],
  ["a plan's that replaces", { parent_entitlement_id: 'ent_x' }, 'parent_entitlement_id'],
  [
    'a window without a moment',
    { start_date: '2026-01-01T00:00:00Z', end_date: '2026-01-01T00:00:00Z' },
    'end_date',
  ],
  ['an unknown field', { quota: 5 }, 'quota'],
])('400 that names the field for %s', async (_what, changes, path) => {
  const answer = await caller.call('POST', '/entitlements', body(changes))
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test.each([
  ['entity_type', { entity_type: 'ADDON' }],
  ['aggregation_mode', { aggregation_mode: 'parallel' }],
  ['grant_quota', { grant_quota: '100' }],
  ['grant_unlimited', { grant_unlimited: true }],
])('400 not_implemented for %s', async (path, changes) => {
  const answer = await caller.call('POST', '/entitlements', body(changes))
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test("400 for a feature of another type than the feature's, and for values that a feature needs", async () => {
  const config = await caller.call('POST', '/entitlements', { ...body(), feature_type: 'config' })
  expect(Object.keys(problemsOf(config))).toEqual(['usage_limit', 'usage_reset_period', 'config_value'])
  const fields = { entity_type: 'PLAN', entity_id: planId }
  const wrong = { ...fields, feature_id: apiCalls, feature_type: 'boolean' }
  expect(Object.keys(problemsOf(await caller.call('POST', '/entitlements', wrong)))).toEqual(['feature_type'])
  for (const [type, path] of [
    ['static', 'static_value'],
    ['config', 'config_value'],
  ] as const) {
    const feature_id = await addFeature(type)
    const answer = await caller.call('POST', '/entitlements', { ...fields, feature_id, feature_type: type })
    expect(Object.keys(problemsOf(answer))).toEqual([path])
  }
})

test.each([
  ['boolean', {}],
  ['static', { static_value: 'gold' }],
])(
  '201 for a %s feature with a limit and its reset, as clients send them: they are kept',
  async (type, values) => {
    const feature_id = await addFeature(type)
    const limits = { usage_limit: 7, usage_reset_period: 'MONTHLY' }
    const made = await caller.create('/entitlements', {
      ...body(),
      ...limits,
      feature_id,
      feature_type: type,
      ...values,
    })
    expect(made).toMatchObject(limits)
    const changed = await caller.call('PUT', `/entitlements/${made.id}`, { usage_limit: 8 })
    expect(changed).toMatchObject({ status: 200, body: { ...limits, usage_limit: 8 } })
  },
)

test.each([
  ['a NUL', { a: ['b\u0000'] }],
  ['half of a surrogate pair in a name', { '\ud800': 1 }],
  ['more than 20,000 characters', { a: 'b'.repeat(20_000) }],
  ['eleven levels', JSON.parse(`{"a":${'['.repeat(11)}${']'.repeat(11)}}`)],
])('400 for a config_value with %s', async (_what, config_value) => {
  const feature_id = await addFeature('config')
  const entitlement = {
    entity_type: 'PLAN',
    entity_id: planId,
    feature_id,
    feature_type: 'config',
    config_value,
  }
  const answer = await caller.call('POST', '/entitlements', entitlement)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))[0]).toMatch(/^config_value/)
})

test('201 for a list, all or none; each problem by its place in the list', async () => {
  const sso = await addFeature('boolean')
  const entitlement = { plan_id: planId, feature_id: sso, feature_type: 'boolean' }
  const bad = await caller.call('POST', '/entitlements/bulk', {
    items: [body(), { ...entitlement, static_value: 'x' }],
  })
  expect(Object.keys(problemsOf(bad))).toEqual(['items[1].static_value'])
  const twice = await caller.call('POST', '/entitlements/bulk', { items: [body(), entitlement, body()] })
  expect(Object.keys(problemsOf(twice))).toEqual(['items[2].feature_id'])
  const many = await caller.call('POST', '/entitlements/bulk', {
    items: Array.from({ length: 101 }, () => body()),
  })
  expect(Object.keys(problemsOf(many))).toEqual(['items'])
  const made = await caller.call('POST', '/entitlements/bulk', { items: [body(), entitlement] })
  expect(made).toMatchObject({
    status: 201,
    body: { items: [{ feature_id: apiCalls }, { feature_id: sso }] },
  })
})

test('200 for a search with what is expanded, and for the entitlements of a plan', async () => {
  await caller.create('/entitlements', body())
  const found = await caller.call('POST', '/entitlements/search', { expand: 'features,plans' })
  expect(found).toMatchObject({
    body: { items: [{ feature: { id: apiCalls }, plan: { id: planId } }], pagination: { total: 1 } },
  })
  const plain = await caller.call('POST', '/entitlements/search', { plan_ids: [planId] })
  expect(plain.body).not.toHaveProperty('items[0].feature')
  expect(await caller.call('POST', '/entitlements/search', { expand: 'meters' })).toMatchObject({
    status: 400,
    body: { code: 'not_implemented' },
  })
  const many = { feature_ids: Array.from({ length: 10_000 }, (_, index) => `feat_${index}`) }
  expect(Object.keys(problemsOf(await caller.call('POST', '/entitlements/search', many)))).toEqual([
    'feature_ids',
  ])
  const listed = { status: 200, body: { items: [{ entity_id: planId, feature: { id: apiCalls } }] } }
  expect(await caller.call('GET', `/plans/${planId}/entitlements`)).toMatchObject(listed)
  expect(await caller.call('GET', '/plans/plan_x/entitlements')).toMatchObject({ status: 404 })
})

test('200 for plans with their entitlements, found by expand, and copied by a clone', async () => {
  await caller.create('/entitlements', body())
  const entitlements = [{ entity_id: planId, usage_limit: 100 }]
  expect(await caller.call('GET', `/plans/${planId}`)).toMatchObject({ body: { entitlements } })
  const expanded = await caller.call('POST', '/plans/search', { expand: 'entitlements,features' })
  const withFeature = [{ ...entitlements[0], feature: { id: apiCalls } }]
  expect(expanded).toMatchObject({ body: { items: [{ entitlements: withFeature }] } })
  const clone = await caller.create(`/plans/${planId}/clone`, { name: 'Pro 2' })
  const copied = await caller.call('GET', `/plans/${clone.id}/entitlements`)
  expect(copied).toMatchObject({ body: { items: [{ entity_id: clone.id, usage_limit: 100 }] } })
})

test('404 for what another environment has', async () => {
  const { subscriptionId, customerId } = await addSubscription(caller)
  const { id } = await caller.create('/entitlements', body())
  const foreign = await gateway.newCaller()
  for (const path of [
    `/entitlements/${id}`,
    `/plans/${planId}/entitlements`,
    `/subscriptions/${subscriptionId}/entitlements`,
    `/customers/${customerId}/entitlements`,
    '/customers/external/nobody/entitlements',
  ]) {
    expect(await foreign.call('GET', path)).toMatchObject({ status: 404 })
  }
  expect(await foreign.call('POST', '/entitlements', body())).toMatchObject({ status: 404 })
  expect(await foreign.call('POST', '/entitlements/search')).toMatchObject({ body: { items: [] } })
})
