import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('createGroup 201; 400 for another kind of entity, 409 for a lookup key in use', async () => {
  const body = { name: 'Compute', lookup_key: 'compute', entity_type: 'price' }
  expect(await caller.call('POST', '/groups', body)).toMatchObject({
    status: 201,
    body: { ...body, entity_ids: [], status: 'published' },
  })
  const bad = await caller.call('POST', '/groups', { ...body, entity_type: 'plan' })
  expect(bad.status).toBe(400)
  expect(Object.keys(problemsOf(bad))).toEqual(['entity_type'])
  expect(await caller.call('POST', '/groups', body)).toMatchObject({
    status: 409,
    body: { code: 'already_exists' },
  })
  await stranger.create('/groups', body)
})

test('getGroup and queryGroup 200 with what is in it, prices that are over left out; 404 for another tenant', async () => {
  const group = await caller.create('/groups', { name: 'Seats', lookup_key: 'seats', entity_type: 'price' })
  const plan = await caller.create('/plans', { name: 'Pro' })
  const kept = await caller.create('/prices', priceBody(plan.id, { group_id: group.id }))
  const over = await caller.create('/prices', priceBody(plan.id, { group_id: group.id }))
  await caller.call('DELETE', `/prices/${over.id}`)
  const path = `/groups/${group.id}`
  expect(await caller.call('GET', path)).toMatchObject({ status: 200, body: { entity_ids: [kept.id] } })
  expect(await stranger.call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  for (const search of [
    { group_ids: [group.id] },
    { lookup_key: 'seats' },
    { name: 'Seats' },
    { entity_type: 'price', filters: [{ field: 'name', operator: 'contains', value: { string: 'SEAT' } }] },
  ]) {
    expect(await caller.call('POST', '/groups/search', search)).toMatchObject({
      status: 200,
      body: { items: [{ id: group.id, entity_ids: [kept.id] }], pagination: { total: 1 } },
    })
    expect(await stranger.call('POST', '/groups/search', search)).toMatchObject({ body: { items: [] } })
  }
})

test('deleteGroup 409 that says by what it is used, 204 when that has left it', async () => {
  const group = await caller.create('/groups', { name: 'F', lookup_key: 'f', entity_type: 'feature' })
  const path = `/groups/${group.id}`
  const feature = await caller.create('/features', { name: 'x', type: 'boolean', group_id: group.id })
  expect(await caller.call('DELETE', path)).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { used_by: 'feature', feature_id: feature.id } },
  })
  await caller.call('PUT', `/features/${feature.id}`, { group_id: '' })
  expect(await stranger.call('DELETE', path)).toMatchObject({ status: 404 })
  expect(await caller.call('DELETE', path)).toMatchObject({ status: 204, body: undefined })
  expect(await caller.call('GET', path)).toMatchObject({ status: 404 })
  expect(await caller.call('PUT', `/features/${feature.id}`, { group_id: group.id })).toMatchObject({
    status: 404,
  })
  await caller.create('/groups', { name: 'F', lookup_key: 'f', entity_type: 'feature' })
})

test('deleteGroup 409 while a price is in it', async () => {
  const group = await caller.create('/groups', { name: 'P', lookup_key: 'in-use', entity_type: 'price' })
  const plan = await caller.create('/plans', { name: 'Pro' })
  const price = await caller.create('/prices', priceBody(plan.id, { group_id: group.id }))
  expect(await caller.call('DELETE', `/groups/${group.id}`)).toMatchObject({
    status: 409,
    body: { details: { used_by: 'price', price_id: price.id } },
  })
})
