import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('201 with every field, the meter whole and numbers to the digit', async () => {
  const group = await caller.create('/groups', { name: 'Usage', lookup_key: 'g', entity_type: 'feature' })
  const meter = {
    name: 'traffic',
    event_name: 'transfer',
    aggregation: { type: 'SUM_WITH_MULTIPLIER', field: 'bytes', multiplier: '0.000000001' },
    filters: [{ key: 'direction', values: ['out', 'in'] }],
    reset_usage: 'NEVER',
  }
  const fields = {
    name: 'Traffic',
    type: 'metered',
    lookup_key: 'traffic',
    description: 'Bytes moved',
    unit_singular: 'GB',
    unit_plural: 'GB',
    reporting_unit: { unit_singular: 'TB', unit_plural: 'TB', conversion_rate: 0.001 },
    group_id: group.id,
    metadata: { a: '1' },
  }
  const answer = await caller.call('POST', '/features', { ...fields, meter })
  expect(answer).toMatchObject({
    status: 201,
    body: {
      ...fields,
      status: 'published',
      meter: { ...meter, status: 'published' },
      group: { id: group.id },
    },
  })
  const { id } = await caller.create('/features', { name: 'SSO', type: 'boolean' })
  expect(await caller.call('GET', `/features/${id}`)).toMatchObject({
    body: { name: 'SSO', type: 'boolean' },
  })
})

test('201 with the meter of another feature', async () => {
  const first = await caller.create('/features', meteredFeatureBody())
  const second = { name: 'Again', type: 'metered', meter_id: first.meter_id }
  expect(await caller.call('POST', '/features', second)).toMatchObject({
    status: 201,
    body: { meter_id: first.meter_id, meter: { event_name: 'api_call' } },
  })
})

test.each([
  ['no name', { name: '', type: 'boolean' }, ['name']],
  ['an unknown type', { name: 'x', type: 'seats' }, ['type']],
  ['a metered one without a meter', { name: 'x', type: 'metered' }, ['meter']],
  ['a boolean one with a meter', meteredFeatureBody({ type: 'boolean' }), ['meter']],
  ['an empty event name', meteredFeatureBody({}, { event_name: '' }), ['meter.event_name']],
  ['a sum of nothing', meteredFeatureBody({}, { aggregation: { type: 'SUM' } }), ['meter.aggregation.field']],
  [
    'an unknown aggregation',
    meteredFeatureBody({}, { aggregation: { type: 'MEDIAN' } }),
    ['meter.aggregation.type'],
  ],
  [
    'a filter without values',
    meteredFeatureBody({}, { filters: [{ key: 'a', values: [] }] }),
    ['meter.filters[0].values'],
  ],
  [
    'a filter without a key',
    meteredFeatureBody({}, { filters: [{ values: ['x'] }] }),
    ['meter.filters[0].key'],
  ],
  [
    'a rate of nothing',
    { name: 'x', type: 'static', reporting_unit: { conversion_rate: 0 } },
    ['reporting_unit.conversion_rate'],
  ],
  ['an unknown field', { name: 'x', type: 'static', colour: 'red' }, ['colour']],
])('400 that names the field for %s', async (_what, body, paths) => {
  const answer = await caller.call('POST', '/features', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual(paths)
})

test('400 not_implemented for formulas and alerts', async () => {
  const body = meteredFeatureBody(
    { alert_settings: { alert_enabled: true } },
    { aggregation: { type: 'COUNT', expression: 'a * b' } },
  )
  const answer = await caller.call('POST', '/features', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer)).toSorted()).toEqual([
    'alert_settings',
    'meter.aggregation.expression',
  ])
})

test('400 for a group of prices', async () => {
  const group = await caller.create('/groups', { name: 'P', lookup_key: 'p', entity_type: 'price' })
  const answer = await caller.call('POST', '/features', { name: 'x', type: 'boolean', group_id: group.id })
  expect(answer.status).toBe(400)
  expect(Object.keys(problemsOf(answer))).toEqual(['group_id'])
})

test("404 for another tenant's meter and group, and for the id of another kind", async () => {
  const stranger = await gateway.newCaller()
  const feature = await caller.create('/features', meteredFeatureBody())
  const group = await caller.create('/groups', { name: 'F', lookup_key: 'f', entity_type: 'feature' })
  const body = { name: 'x', type: 'metered' }
  expect(await stranger.call('POST', '/features', { ...body, meter_id: feature.meter_id })).toMatchObject({
    status: 404,
  })
  expect(
    await stranger.call('POST', '/features', { name: 'x', type: 'boolean', group_id: group.id }),
  ).toMatchObject({ status: 404 })
  expect(await caller.call('POST', '/features', { ...body, meter_id: group.id })).toMatchObject({
    status: 404,
    body: { message: `${group.id} is the id of a group, not of a meter` },
  })
})

test('409 for a lookup key that another feature has, and no meter is left behind', async () => {
  const own = await gateway.newCaller()
  await own.create('/features', { name: 'x', type: 'boolean', lookup_key: 'taken' })
  const answer = await own.call('POST', '/features', meteredFeatureBody({ lookup_key: 'taken' }))
  expect(answer).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['lookup_key'])
  expect(await own.scoped.db.selectFrom('meters').select('id').execute()).toEqual([])
})
