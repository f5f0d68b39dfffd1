import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const filters = [{ key: 'region', values: ['eu'] }]

async function addPriced() {
  const feature = await caller.create('/features', meteredFeatureBody({}, { filters }))
  const plan = await caller.create('/plans', { name: 'Pro' })
  const price = await caller.create('/prices', priceBody(plan.id, usageOf(feature.meter_id)))
  return { feature, price, plan }
}

test('getFeature 200 for its own tenant, 404 for another one', async () => {
  const feature = await caller.create('/features', meteredFeatureBody())
  const path = `/features/${feature.id}`
  expect(await caller.call('GET', path)).toMatchObject({ status: 200, body: feature })
  expect(await stranger.call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test('updateFeature 200: what is left out stays, an empty group goes', async () => {
  const group = await caller.create('/groups', { name: 'U', lookup_key: 'u', entity_type: 'feature' })
  const body = meteredFeatureBody({ description: 'kept', group_id: group.id })
  const { id } = await caller.create('/features', body)
  const answer = await caller.call('PUT', `/features/${id}`, { name: 'After', group_id: '', filters })
  expect(answer).toMatchObject({
    status: 200,
    body: { name: 'After', description: 'kept', meter: { filters, event_name: 'api_call' } },
  })
  expect(answer.body).not.toHaveProperty('group_id')
  expect(await stranger.call('PUT', `/features/${id}`, { name: 'x' })).toMatchObject({ status: 404 })
})

test('updateFeature 400 for filters without a meter or without values', async () => {
  const { id } = await caller.create('/features', { name: 'SSO', type: 'boolean' })
  const unmetered = await caller.call('PUT', `/features/${id}`, { filters })
  expect(unmetered.status).toBe(400)
  expect(Object.keys(problemsOf(unmetered))).toEqual(['filters'])
  const empty = await caller.call('PUT', `/features/${id}`, { filters: [{ key: 'region', values: [] }] })
  expect(Object.keys(problemsOf(empty))).toEqual(['filters[0].values'])
})

test('updateFeature 409 for other filters while a price bills the meter; the same ones again are no change', async () => {
  const { feature, price } = await addPriced()
  const path = `/features/${feature.id}`
  expect(await caller.call('PUT', path, { filters: [{ key: 'a', values: ['b'] }] })).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { used_by: 'price', price_id: price.id } },
  })
  expect(await caller.call('PUT', path, { filters, name: 'After' })).toMatchObject({
    status: 200,
    body: { name: 'After', meter: { filters } },
  })
})

test('deleteFeature 409 that names the price which bills it; 200 when that is over, and its key is free', async () => {
  const { feature, price, plan } = await addPriced()
  const path = `/features/${feature.id}`
  expect(await stranger.call('DELETE', path)).toMatchObject({ status: 404 })
  expect(await caller.call('DELETE', path)).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { used_by: 'price', price_id: price.id } },
  })
  expect(await caller.call('DELETE', `/prices/${price.id}`)).toMatchObject({ status: 200 })
  expect(await caller.call('DELETE', path)).toMatchObject({ status: 200 })
  expect(await caller.call('GET', path)).toMatchObject({ status: 404 })
  // The meter went with it: nothing new can be billed by it, nor an old price go on.
  const late = priceBody(plan.id, usageOf(feature.meter_id))
  expect(await caller.call('POST', '/prices', late)).toMatchObject({ status: 404 })
  const end_date = '2099-01-01T00:00:00Z'
  expect(await caller.call('DELETE', `/prices/${price.id}`, { end_date })).toMatchObject({ status: 404 })
})

test('deleteFeature 200 while another feature has the meter, which stays', async () => {
  const { feature } = await addPriced()
  const other = await caller.create('/features', { name: 'x', type: 'metered', meter_id: feature.meter_id })
  expect(await caller.call('DELETE', `/features/${feature.id}`)).toMatchObject({ status: 200 })
  expect(await caller.call('GET', `/features/${other.id}`)).toMatchObject({
    body: { meter: { status: 'published' } },
  })
  expect(await caller.call('DELETE', `/features/${other.id}`)).toMatchObject({ status: 409 })
})

test('cloneFeature 201 with a meter of its own and no lookup key, unless one is given', async () => {
  const like = meteredFeatureBody({ unit_plural: 'calls', metadata: { a: '1' } })
  const source = await caller.create('/features', { ...like, lookup_key: 'source' })
  const answer = await caller.call('POST', `/features/${source.id}/clone`)
  expect(answer).toMatchObject({ status: 201, body: like })
  expect(answer.body).not.toMatchObject({ meter_id: source.meter_id })
  expect(answer.body).not.toHaveProperty('lookup_key')
  const changes = { name: 'Copy', lookup_key: 'copy', metadata: {} }
  expect(await caller.call('POST', `/features/${source.id}/clone`, changes)).toMatchObject({
    status: 201,
    body: changes,
  })
  const taken = { lookup_key: 'source' }
  expect(await caller.call('POST', `/features/${source.id}/clone`, taken)).toMatchObject({ status: 409 })
  expect(await stranger.call('POST', `/features/${source.id}/clone`)).toMatchObject({ status: 404 })
})

test('queryFeature 200 by each filter, with what is to be expanded and nothing else', async () => {
  const own = await gateway.newCaller()
  const group = await own.create('/groups', { name: 'G', lookup_key: 'g', entity_type: 'feature' })
  const calls = await own.create('/features', meteredFeatureBody({ lookup_key: 'calls' }))
  const sso = await own.create('/features', {
    name: 'Single 100%_sign-on',
    type: 'boolean',
    lookup_key: 'sso',
    group_id: group.id,
  })
  const found = async (search: object) => {
    const answer = await own.call('POST', '/features/search', { order: 'asc', ...search })
    expect(answer.status).toBe(200)
    return answer.body
  }
  const only = (one: { id: string }) => ({ items: [{ id: one.id }], pagination: { total: 1 } })
  expect(await found({})).toMatchObject({
    items: [{ id: calls.id }, { id: sso.id }],
    pagination: { total: 2 },
  })
  expect(await found({ feature_ids: [sso.id] })).toMatchObject(only(sso))
  expect(await found({ meter_ids: [calls.meter_id] })).toMatchObject(only(calls))
  expect(await found({ lookup_key: 'sso' })).toMatchObject(only(sso))
  expect(await found({ lookup_keys: ['calls', 'none'] })).toMatchObject(only(calls))
  expect(await found({ name_contains: '100%_SIGN' })).toMatchObject(only(sso))
  expect(await found({ name_contains: '%' })).toMatchObject(only(sso))
  expect(
    await found({ filters: [{ field: 'group_id', operator: 'eq', value: { string: group.id } }] }),
  ).toMatchObject(only(sso))
  expect(await found({ sort: [{ field: 'name', direction: 'desc' }] })).toMatchObject({
    items: [{ id: sso.id }, { id: calls.id }],
  })
  expect(JSON.stringify(await found({}))).not.toContain('event_name')
  expect(await found({ expand: 'meters,groups' })).toMatchObject({
    items: [{ meter: { event_name: 'api_call' } }, { group: { id: group.id, name: 'G' } }],
  })
  expect(await stranger.call('POST', '/features/search', { feature_ids: [sso.id] })).toMatchObject({
    body: { items: [] },
  })
})

test('queryFeature 200 beyond the last page: no items, and the right total', async () => {
  const own = await gateway.newCaller()
  for (const name of ['a', 'b', 'c']) await own.create('/features', { name, type: 'boolean' })
  expect(await own.call('POST', '/features/search', { offset: 900_000, limit: 10 })).toMatchObject({
    status: 200,
    body: { items: [], pagination: { total: 3, limit: 10, offset: 900_000 } },
  })
})

test.each([
  [
    'a sort by a field that does not exist',
    { sort: [{ field: 'price' }] },
    'sort[0].field',
    'must be one of',
  ],
  [
    'a filter of 10,000 values',
    { feature_ids: Array.from({ length: 10_000 }, (_, index) => `feat_${index}`) },
    'feature_ids',
    '1000',
  ],
  [
    'a free filter of 10,000 values',
    {
      filters: [
        {
          field: 'name',
          operator: 'in',
          value: { array: Array.from({ length: 10_000 }, (_, index) => `${index}`) },
        },
      ],
    },
    'filters[0].value.array',
    '1000',
  ],
])('queryFeature 400 that names the field and its bound for %s', async (_what, body, path, message) => {
  const answer = await caller.call('POST', '/features/search', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(problemsOf(answer)).toEqual({ [path]: expect.stringContaining(message) })
})
