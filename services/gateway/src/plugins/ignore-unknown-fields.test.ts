import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const lenient = { prefer: 'respond-async;wait=5, Handling="lenient"' }
const event = { event_name: 'call', external_customer_id: 'c' }
const price = {
  ...{
    type: 'FIXED',
    billing_model: 'TIERED',
    tier_mode: 'SLAB',
    billing_period: 'MONTHLY',
    currency: 'usd',
  },
  ...{ entity_type: 'PLAN', invoice_cadence: 'ADVANCE', price_unit_type: 'FIAT' },
}

describe('unknown fields', () => {
  test('are refused by name unless the caller says lenient; then they are ignored and listed', async () => {
    const body = { name: 'Pro', colour: 'red' }
    expect(await caller.call('POST', '/plans', body)).toMatchObject({
      status: 400,
      body: { details: { fields: { colour: 'is not a known field' } } },
    })
    const made = await caller.call('POST', '/plans', body, lenient)
    expect(made).toMatchObject({ status: 201, body: { name: 'Pro' } })
    expect(made.headers).toMatchObject({
      'preference-applied': 'handling=lenient',
      'x-ignored-fields': 'colour',
    })
  })

  test('in the query, nested, and where an operation has no such part', async () => {
    const plan = await caller.create('/plans', { name: 'Pro' })
    const tiers = [{ up_to: 1, unit_amount: '1', hue: 1 }, { unit_amount: '2' }]
    const made = await caller.call('POST', '/prices', { ...price, entity_id: plan.id, tiers }, lenient)
    expect(made).toMatchObject({ status: 201, headers: { 'x-ignored-fields': 'tiers[0].hue' } })
    const seen = await caller.call('GET', `/plans/${plan.id}?colour=red`, undefined, lenient)
    expect(seen).toMatchObject({ status: 200, headers: { 'x-ignored-fields': 'colour' } })
    const keys = await caller.call('GET', '/secrets/api/keys?limit=1&shade=2', undefined, lenient)
    expect(keys).toMatchObject({ status: 200, headers: { 'x-ignored-fields': 'shade' } })
    const sync = await caller.call('POST', `/plans/${plan.id}/sync/subscriptions`, { force: 1 }, lenient)
    expect(sync).toMatchObject({ status: 200, headers: { 'x-ignored-fields': 'force' } })
  })

  test('of events, one and many', async () => {
    expect(await caller.call('POST', '/events', { ...event, colour: 1 })).toMatchObject({ status: 400 })
    const one = await caller.call('POST', '/events', { ...event, colour: 1 }, lenient)
    expect(one).toMatchObject({ status: 202, headers: { 'x-ignored-fields': 'colour' } })
    const events = [event, { ...event, colour: 1, hue: 2 }, { event_name: 'call', hue: 3 }]
    const many = await caller.call('POST', '/events/bulk', { events, force: 1 }, lenient)
    expect(many).toMatchObject({
      status: 202,
      headers: { 'x-ignored-fields': 'force, events[1].colour, events[1].hue, events[2].hue' },
      body: { accepted: '2', rejected: '1', 'events[2].external_customer_id': 'is required' },
    })
  })

  test('of the items of a list of subscriptions', async () => {
    const items = [{ plan_id: 'plan_1', currency: 'usd', colour: 1 }, { hue: 1 }]
    const made = await caller.call('POST', '/subscriptions/bulk', { items }, lenient)
    expect(made).toMatchObject({
      status: 202,
      headers: { 'x-ignored-fields': 'items[0].colour, items[1].hue' },
    })
  })

  test('what is wrong or not built is refused all the same', async () => {
    const wrong = await caller.call('POST', '/plans', { colour: 1 }, lenient)
    expect(wrong).toMatchObject({ status: 400, body: { details: { fields: { name: 'is required' } } } })
    const notBuilt = { external_id: 'c', name: 'A', colour: 1, onboarding_workflow_name: 'x' }
    expect(await caller.call('POST', '/customers', notBuilt, lenient)).toMatchObject({
      status: 400,
      headers: { 'x-ignored-fields': 'colour' },
      body: {
        code: 'not_implemented',
        details: { fields: { onboarding_workflow_name: expect.any(String) } },
      },
    })
  })

  test('are told in a header of bounded length, whatever their names are', async () => {
    const strange = { name: 'Pro', 'a,b\r\nset-cookie: x': 1, é: 1 }
    const made = await caller.call('POST', '/plans', strange, lenient)
    expect(made.headers['x-ignored-fields']).toBe('a%2Cb%0D%0Aset-cookie:%20x, %C3%A9')
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field_${index}`, 1]))
    const long = { name: 'Pro', ['x'.repeat(50_000)]: 1, ...many }
    const told = String((await caller.call('POST', '/plans', long, lenient)).headers['x-ignored-fields'])
    expect(told.length).toBeLessThan(2_100)
    expect(told).toMatch(/^x{100}, field_0, .*, \.\.\.$/)
  })
})

test('a gateway that ignores them does so for everyone but who asks for strictness', async () => {
  await using ignoring = await startGateway({ config: { unknownFields: 'ignore' } })
  const other = await ignoring.newCaller()
  const body = { name: 'Pro', colour: 'red' }
  const made = await other.call('POST', '/plans', body)
  expect(made).toMatchObject({ status: 201, headers: { 'x-ignored-fields': 'colour' } })
  expect(made.headers['preference-applied']).toBeUndefined()
  const strict = await other.call('POST', '/plans', body, { prefer: 'handling=strict' })
  expect(strict).toMatchObject({ status: 400, headers: { 'preference-applied': 'handling=strict' } })
})
