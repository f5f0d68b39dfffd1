import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let planId: string

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'Pro' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('200 with the successor when the money changes; the lookup key moves and the old price ends', async () => {
  const old = await caller.create('/prices', priceBody(planId, { lookup_key: 'seat' }))
  const answer = await caller.call('PUT', `/prices/${old.id}`, { amount: '12' })
  expect(answer).toMatchObject({
    status: 200,
    body: { amount: '12', lookup_key: 'seat', parent_price_id: old.id },
  })
  const ended = await caller.call('GET', `/prices/${old.id}`)
  expect(ended).toMatchObject({ status: 200, body: { amount: '10.5', end_date: expect.any(String) } })
  expect(ended.body).not.toHaveProperty('lookup_key')
  expect(await caller.call('GET', '/prices/lookup/seat')).toMatchObject({
    status: 200,
    body: { amount: '12' },
  })
})

test('200 in place when only texts change, and for money that is equal by value', async () => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const body = { display_name: 'Seats', metadata: { a: '1' }, amount: '10.500' }
  expect(await caller.call('PUT', `/prices/${id}`, body)).toMatchObject({
    status: 200,
    body: { id, display_name: 'Seats', metadata: { a: '1' }, amount: '10.5' },
  })
})

test('200 from flat to a ladder, later', async () => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const effective_from = '2099-01-01T00:00:00.000Z'
  const tiers = [{ up_to: 5, unit_amount: '3' }, { unit_amount: '2' }]
  const body = { billing_model: 'TIERED', tier_mode: 'VOLUME', tiers, effective_from }
  expect(await caller.call('PUT', `/prices/${id}`, body)).toMatchObject({
    status: 200,
    body: { tiers, start_date: effective_from, parent_price_id: id },
  })
})

test.each([
  ['a negative amount', { amount: '-1' }, 'amount'],
  [
    'a ladder that does not end open',
    { billing_model: 'TIERED', tier_mode: 'SLAB', tiers: [{ up_to: 1, unit_amount: '1' }] },
    'tiers[0].up_to',
  ],
  [
    'a start before the price began',
    { amount: '1', effective_from: '2001-01-01T00:00:00Z' },
    'effective_from',
  ],
  ['no instant', { amount: '1', effective_from: 'tomorrow' }, 'effective_from'],
  ['an unknown field', { currency: 'eur' }, 'currency'],
  ['an unknown word', { amount: '1', effective_at: 'next_month' }, 'effective_at'],
  [
    'two instants',
    { amount: '1', effective_at: 'next_period', effective_from: '2099-01-01T00:00:00Z' },
    'effective_at',
  ],
  [
    'a period and an instant in the past',
    { amount: '1', effective_at: 'next_period', effective_from: '2001-01-01T00:00:00Z' },
    'effective_at',
  ],
  [
    'a period and an end',
    { amount: '1', effective_at: 'next_period', end_date: '2099-01-01T00:00:00Z' },
    'end_date',
  ],
  ['a period without money', { display_name: 'Seats', effective_at: 'next_period' }, 'effective_at'],
])('400 that names the field for %s', async (_what, body, path) => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const answer = await caller.call('PUT', `/prices/${id}`, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('400 for the next period of a price that bills once, by the edit and by its preview', async () => {
  const { id } = await caller.create('/prices', priceBody(planId, { billing_period: 'ONETIME' }))
  const body = { amount: '1', effective_at: 'next_period' }
  const answer = await caller.call('PUT', `/prices/${id}`, body)
  expect(problemsOf(answer)).toEqual({ effective_at: 'is for a price that recurs: this one is ONETIME' })
  const prices = [{ price_id: id, ...body }]
  const preview = await caller.call('POST', `/plans/${planId}/sync/preview`, { prices })
  expect(Object.keys(problemsOf(preview))).toEqual(['prices[0].effective_at'])
  const both = [{ price_id: id, ...body, effective_from: '2099-01-01T00:00:00Z' }]
  const refused = await caller.call('POST', `/plans/${planId}/sync/preview`, { prices: both })
  expect(Object.keys(problemsOf(refused))).toEqual(['prices[0].effective_at'])
})

test('200 with a version that waits for the next period, and says so', async () => {
  const old = await caller.create('/prices', priceBody(planId))
  const body = { amount: '12', effective_at: 'next_period' }
  const answer = await caller.call('PUT', `/prices/${old.id}`, body)
  expect(answer).toMatchObject({ status: 200, body: { ...body, parent_price_id: old.id } })
  const { id } = z.looseObject({ id: z.string() }).parse(answer.body)
  const after = await caller.call('PUT', `/prices/${id}`, { amount: '13' })
  expect(after).toMatchObject({ status: 200, body: { amount: '13' } })
  expect(after.body).not.toHaveProperty('effective_at')
})

test('400 not_implemented for what other price units need', async () => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const answer = await caller.call('PUT', `/prices/${id}`, { price_unit_amount: '5', group_id: 'g' })
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['price_unit_amount'])
})

test("404 for another tenant's price and for the id of a plan; 400 for one that was replaced", async () => {
  const { id } = await caller.create('/prices', priceBody(planId))
  const stranger = await gateway.newCaller()
  expect(await stranger.call('PUT', `/prices/${id}`, { amount: '1' })).toMatchObject({ status: 404 })
  expect(await caller.call('PUT', `/prices/${planId}`, { amount: '1' })).toMatchObject({
    status: 404,
    body: { message: `${planId} is the id of a plan, not of a price` },
  })
  await caller.call('PUT', `/prices/${id}`, { amount: '11' })
  expect(await caller.call('PUT', `/prices/${id}`, { amount: '12' })).toMatchObject({
    status: 400,
    body: { code: 'invalid_operation', details: { successor_price_id: expect.any(String) } },
  })
})
