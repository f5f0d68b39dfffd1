import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type AddedSubscription, addSubscription } from '../testing/add-subscription.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let added: AddedSubscription
let lineId: string

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
beforeEach(async () => {
  added = await addSubscription(caller)
  lineId = (await linesOf())[0]?.id ?? ''
})
afterAll(() => gateway[Symbol.asyncDispose]())

const subscription = z.looseObject({
  version: z.int(),
  line_items: z.array(z.looseObject({ id: z.string(), start_date: z.string() })),
})

async function linesOf() {
  const { body } = await caller.call('GET', `/subscriptions/${added.subscriptionId}`)
  return subscription.parse(body).line_items
}

const add = (body: object) => caller.call('POST', `/subscriptions/${added.subscriptionId}/lineitems`, body)
const change = (body: object) => caller.call('PUT', `/subscriptions/lineitems/${lineId}`, body)
const ownPrice = {
  type: 'FIXED',
  price_unit_type: 'FIAT',
  billing_model: 'FLAT_FEE',
  billing_period: 'MONTHLY',
  invoice_cadence: 'ARREAR',
  amount: '4.5',
}

test('createSubscriptionLineItem 201 with the line of a price of the plan, and with its price', async () => {
  const price = await caller.create('/prices', priceBody(added.planId))
  const body = { price_id: price.id, quantity: 2.5, metadata: { team: 'a' }, proration_behavior: 'none' }
  expect(await add(body)).toMatchObject({
    status: 201,
    body: {
      ...{
        subscription_id: added.subscriptionId,
        price_id: price.id,
        quantity: '2.5',
        metadata: { team: 'a' },
      },
      ...{ entity_type: 'plan', price: { id: price.id, amount: '10.5' } },
    },
  })
  const { body: after } = await caller.call('GET', `/subscriptions/${added.subscriptionId}`)
  expect(subscription.parse(after)).toMatchObject({ version: 2, line_items: [{}, { quantity: '2.5' }] })
})

test('createSubscriptionLineItem 201 with a price that is made for the subscription', async () => {
  expect(await add({ price: ownPrice, display_name: 'Support' })).toMatchObject({
    status: 201,
    body: {
      ...{
        quantity: '1',
        entity_type: 'subscription',
        entity_id: added.subscriptionId,
        display_name: 'Support',
      },
      price: { entity_type: 'SUBSCRIPTION', amount: '4.5', currency: 'usd' },
    },
  })
})

test.each([
  ['neither price nor its id', {}, ['price_id']],
  ['both', { price: ownPrice, price_id: 'price_x' }, ['price']],
  ['a negative quantity', { price: ownPrice, quantity: -1 }, ['quantity']],
  ['terms that make no price', { price: { ...ownPrice, amount: '-1' } }, ['price.amount']],
  ['an amount with a comma', { price: { ...ownPrice, amount: '1,5' } }, ['price.amount']],
  ['a shorter period', { price: { ...ownPrice, billing_period: 'DAILY' } }, ['price.billing_period']],
  [
    'a start before the subscription',
    { price: ownPrice, start_date: '2001-01-01T00:00:00Z' },
    ['start_date'],
  ],
  ['an end before its start', { price: ownPrice, end_date: '2001-01-01T00:00:00Z' }, ['end_date']],
])('createSubscriptionLineItem 400 that names the field for %s', async (_what, body, paths) => {
  const answer = await add(body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual(paths)
  expect(await linesOf()).toHaveLength(1)
})

test('400 not_implemented for commitments, and for a later quantity', async () => {
  const answer = await add({ price: ownPrice, commitment_amount: 5 })
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['commitment_amount'])
  const scheduled = await change({ quantity: 4, effective_from: '2099-01-01T00:00:00Z' })
  expect(scheduled).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(scheduled))).toEqual(['effective_from'])
})

test('400 beside a line of the same chain, with that line', async () => {
  expect(await add({ price_id: added.priceId })).toMatchObject({
    status: 409,
    body: { code: 'invalid_operation', details: { line_item_id: lineId } },
  })
})

test('updateSubscriptionLineItem 200 in place at the start, by an override for other money', async () => {
  const [line] = await linesOf()
  const inPlace = { quantity: 7, metadata: { a: 'b' }, effective_from: line?.start_date }
  expect(await change(inPlace)).toMatchObject({
    status: 200,
    body: { id: lineId, quantity: '7', metadata: { a: 'b' } },
  })
  const answer = await change({ amount: '3.25' })
  expect(answer).toMatchObject({
    status: 200,
    body: { quantity: '7', entity_type: 'plan', price: { amount: '3.25', parent_price_id: added.priceId } },
  })
  expect(answer.body).not.toHaveProperty('id', lineId)
})

test("updateSubscriptionLineItem 200: an override ends with its chain's last price", async () => {
  const edit = { amount: '12', effective_from: '2090-01-01T00:00:00Z' }
  const successor = z.object({ id: z.string() })
  const { id } = successor.parse((await caller.call('PUT', `/prices/${added.priceId}`, edit)).body)
  await caller.call('DELETE', `/prices/${id}`, { end_date: '2090-06-01T00:00:00Z' })
  expect(await change({ amount: '5' })).toMatchObject({
    status: 200,
    body: { price: { amount: '5' }, end_date: '2090-06-01T00:00:00.000Z' },
  })
})

test.each([
  ['a negative amount', { amount: '-1' }, 'amount'],
  ['1,5', { amount: '1,5' }, 'amount'],
  ['no quantity', { quantity: 'many' }, 'quantity'],
  ['an instant without a change', { effective_from: '2099-01-01T00:00:00Z' }, 'effective_from'],
  ['an instant before the line', { amount: '1', effective_from: '2001-01-01T00:00:00Z' }, 'effective_from'],
  ['an unknown field', { price_id: 'price_x' }, 'price_id'],
])('updateSubscriptionLineItem 400 that names the field for %s', async (_what, body, path) => {
  const answer = await change(body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('deleteSubscriptionLineItem 200 with the line that ends, also when asked again', async () => {
  const path = `/subscriptions/lineitems/${lineId}`
  const body = { effective_from: '2099-01-01T00:00:00.000Z' }
  const answer = { status: 200, body: { id: lineId, end_date: body.effective_from } }
  expect(await caller.call('DELETE', path, body)).toMatchObject(answer)
  expect(await caller.call('DELETE', path, body)).toMatchObject(answer)
  const early = { effective_from: '2001-01-01T00:00:00Z' }
  const refused = await caller.call('DELETE', path, early)
  expect(refused).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(refused))).toEqual(['effective_from'])
  expect(await caller.call('DELETE', path)).toMatchObject({
    status: 200,
    body: { end_date: expect.any(String) },
  })
})

test("404 for another tenant's line and subscription, and for the id of another kind; 400 once cancelled", async () => {
  const stranger = await gateway.newCaller()
  const { subscriptionId, planId } = added
  const lines = '/subscriptions/lineitems'
  for (const answer of [
    await stranger.call('POST', `/subscriptions/${subscriptionId}/lineitems`, { price: ownPrice }),
    await stranger.call('PUT', `${lines}/${lineId}`, { quantity: 4 }),
    await stranger.call('DELETE', `${lines}/${lineId}`),
    await caller.call('PUT', `${lines}/${planId}`, { quantity: 4 }),
    await add({ price_id: planId }),
  ]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  await caller.scoped.db
    .updateTable('subscriptions')
    .set({ subscription_status: 'cancelled' })
    .where('id', '=', subscriptionId)
    .execute()
  for (const answer of [await add({ price: ownPrice }), await change({ quantity: 4 })]) {
    expect(answer).toMatchObject({ status: 400, body: { details: { subscription_status: 'cancelled' } } })
  }
})
