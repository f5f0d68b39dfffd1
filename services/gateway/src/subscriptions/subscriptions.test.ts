import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AddedSubscription, addSubscription } from '../testing/add-subscription.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller
let added: AddedSubscription

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
  added = await addSubscription(caller)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('getSubscription 200 with its lines, 404 for another tenant and for the id of another kind', async () => {
  const { subscriptionId, customerId, planId, priceId } = added
  expect(await caller.call('GET', `/subscriptions/${subscriptionId}`)).toMatchObject({
    status: 200,
    body: {
      id: subscriptionId,
      customer_id: customerId,
      plan_id: planId,
      subscription_status: 'active',
      subscription_type: 'standalone',
      billing_cadence: 'RECURRING',
      line_items: [{ price_id: priceId, quantity: '3', entity_type: 'plan', plan_display_name: 'Pro' }],
    },
  })
  expect(await stranger.call('GET', `/subscriptions/${subscriptionId}`)).toMatchObject({ status: 404 })
  expect(await caller.call('GET', `/subscriptions/${planId}`)).toMatchObject({
    status: 404,
    body: { message: `${planId} is the id of a plan, not of a subscription` },
  })
})

test('querySubscription 200 with what was to be expanded', async () => {
  const { subscriptionId, customerId, planId } = added
  const search = {
    plan_id: planId,
    subscription_status: ['active'],
    expand: 'customer,plan',
    with_line_items: true,
  }
  expect(await caller.call('POST', '/subscriptions/search', search)).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          id: subscriptionId,
          customer: { id: customerId },
          plan: { id: planId },
          line_items: [{ quantity: '3' }],
        },
      ],
      pagination: { total: 1 },
    },
  })
  expect(
    await caller.call('POST', '/subscriptions/search', { subscription_status: ['paused'] }),
  ).toMatchObject({
    body: { items: [] },
  })
  expect(await stranger.call('POST', '/subscriptions/search', {})).toMatchObject({ body: { items: [] } })
})

test('querySubscription 400 not_implemented for what we do not have yet', async () => {
  const body = {
    subscription_type: ['parent'],
    with_coupon_associations: true,
    invoicing_customer_ids: ['c'],
  }
  const answer = await caller.call('POST', '/subscriptions/search', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer)).toSorted()).toEqual([
    'invoicing_customer_ids',
    'subscription_type[0]',
    'with_coupon_associations',
  ])
})

test('querySubscriptionLineItems 200 with the price where it is asked for', async () => {
  const { subscriptionId, priceId } = added
  const search = { subscription_ids: [subscriptionId], expand: 'price' }
  expect(await caller.call('POST', '/subscriptions/lineitems/search', search)).toMatchObject({
    status: 200,
    body: {
      items: [{ subscription_id: subscriptionId, price: { id: priceId, amount: '10.5' } }],
      pagination: { total: 1 },
    },
  })
  expect(await stranger.call('POST', '/subscriptions/lineitems/search', {})).toMatchObject({
    body: { items: [] },
  })
})
