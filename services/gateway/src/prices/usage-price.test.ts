import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, type Created, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller
let planId: string
let counted: Created
let peak: Created

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'Pro' })).id
  const reporting_unit = { unit_plural: 'thousands', conversion_rate: 0.001 }
  counted = await caller.create('/features', meteredFeatureBody({ reporting_unit }))
  peak = await caller.create(
    '/features',
    meteredFeatureBody(
      { name: 'Peak' },
      { aggregation: { type: 'MAX', field: 'seats' }, filters: [{ key: 'region', values: ['eu', 'us'] }] },
    ),
  )
})
afterAll(() => gateway[Symbol.asyncDispose]())

const usage = (feature: Created, changes: object = {}) =>
  priceBody(planId, usageOf(feature.meter_id, changes))

test('createPrice 201 with meter, buckets, filters and group', async () => {
  const group = await caller.create('/groups', { name: 'P', lookup_key: 'p', entity_type: 'price' })
  const fields = {
    bucket_size: 'DAY',
    filter_values: { region: ['eu'], tier: ['x', 'y'] },
    group_id: group.id,
  }
  const price = await caller.create('/prices', usage(peak, fields))
  expect(price).toMatchObject({ ...fields, type: 'USAGE', meter_id: peak.meter_id })
  expect(await caller.call('GET', `/prices/${price.id}`)).toMatchObject({
    status: 200,
    body: { ...fields, meter: { id: peak.meter_id, name: 'calls' }, group: { id: group.id, name: 'P' } },
  })
})

test.each([
  ['no meter', () => ({ meter_id: undefined }), ['meter_id']],
  ['a fixed price with a meter', () => ({ type: 'FIXED' }), ['meter_id']],
  ['an advance cadence', () => ({ invoice_cadence: 'ADVANCE' }), ['invoice_cadence']],
  ['buckets of a count', () => ({ bucket_size: 'DAY' }), ['bucket_size']],
  ['an unknown bucket', () => ({ bucket_size: 'YEAR' }), ['bucket_size']],
  ['a filter without values', () => ({ filter_values: { region: [] } }), ['filter_values.region']],
  [
    'a value that the meter filters out',
    () => ({ meter_id: peak.meter_id, filter_values: { region: ['asia'] } }),
    ['filter_values.region'],
  ],
])('createPrice 400 that names the field for %s', async (_what, changes, paths) => {
  const answer = await caller.call('POST', '/prices', usage(counted, changes()))
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual(paths)
})

test('createPricesBulk 400 that names the item whose buckets its meter does not have', async () => {
  const items = [usage(peak, { bucket_size: 'DAY' }), usage(counted, { bucket_size: 'DAY' })]
  const answer = await caller.call('POST', '/prices/bulk', { items })
  expect(answer.status).toBe(400)
  expect(Object.keys(problemsOf(answer))).toEqual(['items[1].bucket_size'])
})

test("createPrice 404 for another tenant's meter, a missing one and the id of another kind", async () => {
  const own = await stranger.create('/plans', { name: 'Other' })
  expect(await stranger.call('POST', '/prices', { ...usage(counted), entity_id: own.id })).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
  expect(await caller.call('POST', '/prices', priceBody(planId, usageOf('meter_none')))).toMatchObject({
    status: 404,
  })
  expect(await caller.call('POST', '/prices', priceBody(planId, usageOf(planId)))).toMatchObject({
    status: 404,
    body: { message: `${planId} is the id of a plan, not of a meter` },
  })
})

test('updatePrice 200: the successor keeps meter, filters and group; other buckets are other money', async () => {
  const price = await caller.create('/prices', usage(peak, { filter_values: { region: ['eu'] } }))
  const path = `/prices/${price.id}`
  const group = await caller.create('/groups', { name: 'Q', lookup_key: 'q', entity_type: 'price' })
  expect(await caller.call('PUT', path, { group_id: group.id })).toMatchObject({
    status: 200,
    body: { id: price.id, group_id: group.id },
  })
  const bucketed = await caller.call('PUT', path, { bucket_size: 'HOUR' })
  expect(bucketed).toMatchObject({
    status: 200,
    body: {
      parent_price_id: price.id,
      type: 'USAGE',
      meter_id: peak.meter_id,
      filter_values: { region: ['eu'] },
      group_id: group.id,
      bucket_size: 'HOUR',
      amount: '10.5',
    },
  })
})

test('updatePrice 400 for buckets that the meter does not have, 404 for a group that does not exist', async () => {
  const price = await caller.create('/prices', usage(counted))
  const answer = await caller.call('PUT', `/prices/${price.id}`, { bucket_size: 'DAY' })
  expect(answer.status).toBe(400)
  expect(Object.keys(problemsOf(answer))).toEqual(['bucket_size'])
  const fixed = await caller.create('/prices', priceBody(planId))
  expect(await caller.call('PUT', `/prices/${fixed.id}`, { bucket_size: 'DAY' })).toMatchObject({
    status: 400,
  })
  expect(await caller.call('PUT', `/prices/${fixed.id}`, { group_id: 'group_none' })).toMatchObject({
    status: 404,
  })
})

test('queryPrice 200 by meter, with meter, group and feature where they are asked for', async () => {
  const feature = await caller.create(
    '/features',
    meteredFeatureBody({ reporting_unit: { unit_plural: 'k', conversion_rate: 0.001 } }),
  )
  const price = await caller.create('/prices', usage(feature))
  const plain = await caller.call('POST', '/prices/search', { meter_ids: [feature.meter_id] })
  expect(plain).toMatchObject({ status: 200, body: { items: [{ id: price.id }], pagination: { total: 1 } } })
  expect(JSON.stringify(plain.body)).not.toContain('event_name')
  const search = { meter_ids: [feature.meter_id], expand: 'meters,groups,features,plan' }
  expect(await caller.call('POST', '/prices/search', search)).toMatchObject({
    body: {
      items: [
        {
          meter: { event_name: 'api_call' },
          feature: { reporting_unit: { unit_plural: 'k', conversion_rate: 0.001 } },
          plan: { id: planId },
        },
      ],
    },
  })
  expect(await stranger.call('POST', '/prices/search', { meter_ids: [feature.meter_id] })).toMatchObject({
    body: { items: [] },
  })
})
