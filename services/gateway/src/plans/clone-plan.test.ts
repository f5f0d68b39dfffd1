import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('201 with the prices that have not ended, and no lookup keys', async () => {
  const source = await caller.create('/plans', {
    name: 'Pro',
    description: 'For teams',
    lookup_key: 'pro',
    display_order: 2,
    metadata: { a: '1' },
  })
  const feature = await caller.create('/features', meteredFeatureBody())
  await caller.create('/prices', priceBody(source.id, { lookup_key: 'seat', amount: '12.5' }))
  const calls = usageOf(feature.meter_id, { amount: '0.001' })
  await caller.create('/prices', priceBody(source.id, calls))
  const over = await caller.create('/prices', priceBody(source.id))
  await caller.call('DELETE', `/prices/${over.id}`)
  const answer = await caller.call('POST', `/plans/${source.id}/clone`, { name: 'Pro 2' })
  expect(answer).toMatchObject({
    status: 201,
    body: {
      name: 'Pro 2',
      description: 'For teams',
      display_order: 2,
      metadata: { a: '1' },
      prices: [
        { amount: '12.5', type: 'FIXED' },
        { amount: '0.001', type: 'USAGE', meter: { id: feature.meter_id } },
      ],
    },
  })
  expect(answer.body).not.toHaveProperty('lookup_key')
  expect(JSON.stringify(answer.body)).not.toContain('"seat"')
  expect(Object(answer.body).prices).toHaveLength(2)
  expect(await caller.call('GET', '/prices/lookup/seat')).toMatchObject({ body: { entity_id: source.id } })
  expect(await caller.call('GET', `/plans/${source.id}`)).toMatchObject({
    body: { name: 'Pro', lookup_key: 'pro', prices: [{}, {}] },
  })
})

test('404 for another tenant, 409 for a lookup key in use, and no plan is made', async () => {
  const own = await gateway.newCaller()
  const source = await own.create('/plans', { name: 'One', lookup_key: 'one' })
  const path = `/plans/${source.id}/clone`
  expect(await caller.call('POST', path)).toMatchObject({ status: 404 })
  expect(await own.call('POST', path, { lookup_key: 'one' })).toMatchObject({
    status: 409,
    body: { code: 'already_exists' },
  })
  expect(await own.call('POST', '/plans/search')).toMatchObject({ body: { pagination: { total: 1 } } })
  expect(await own.call('POST', path, { lookup_key: 'two' })).toMatchObject({
    status: 201,
    body: { name: 'One', lookup_key: 'two', prices: [] },
  })
})
