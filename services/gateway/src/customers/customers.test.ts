import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSubscription } from '../testing/add-subscription.ts'
import type { Caller, Created } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller
let customer: Created

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
  customer = await caller.create('/customers', { external_id: 'a/b c', name: 'Acme', metadata: { a: '1' } })
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('getCustomer 200 for its own tenant, 404 for another one', async () => {
  expect(await caller.call('GET', `/customers/${customer.id}`)).toMatchObject({ status: 200, body: customer })
  expect(await stranger.call('GET', `/customers/${customer.id}`)).toMatchObject({
    status: 404,
    body: { code: 'not_found', http_status_code: 404 },
  })
})

test('getCustomerByExternalId 200 for an id with any character, 404 for another tenant', async () => {
  const path = `/customers/external/${encodeURIComponent('a/b c')}`
  expect(await caller.call('GET', path)).toMatchObject({ status: 200, body: { id: customer.id } })
  expect(await stranger.call('GET', path)).toMatchObject({ status: 404 })
})

test('updateCustomer 200: what is left out stays, by either id', async () => {
  expect(await caller.call('PUT', `/customers?id=${customer.id}`, { name: 'Acme 2' })).toMatchObject({
    status: 200,
    body: { name: 'Acme 2', metadata: { a: '1' }, external_id: 'a/b c' },
  })
  const byExternalId = `/customers?external_customer_id=${encodeURIComponent('a/b c')}`
  expect(await caller.call('PUT', byExternalId, { metadata: {} })).toMatchObject({
    status: 200,
    body: { name: 'Acme 2', metadata: {} },
  })
})

test('updateCustomer 400 without an id and for those of two customers, 404 for another tenant', async () => {
  const both = `id=${customer.id}&external_customer_id=`
  expect(await caller.call('PUT', `/customers?${both}${customer.external_id}`, {})).toMatchObject({
    status: 200,
  })
  expect(await caller.call('PUT', '/customers', { name: 'x' })).toMatchObject({ status: 400 })
  expect(await caller.call('PUT', `/customers?${both}other`, {})).toMatchObject({ status: 400 })
  expect(await stranger.call('PUT', `/customers?id=${customer.id}`, {})).toMatchObject({ status: 404 })
})

test('queryCustomer 200 with a page, its total and the cursor of the next', async () => {
  const own = await gateway.newCaller()
  for (const external_id of ['one', 'two', 'three'])
    await own.create('/customers', { external_id, name: external_id })
  const first = await own.call('POST', '/customers/search', { limit: 2 })
  expect(first).toMatchObject({
    status: 200,
    body: { items: [{ name: 'three' }, { name: 'two' }], pagination: { total: 3, limit: 2, offset: 0 } },
  })
  const cursor = cursorOf(first.body)
  expect(await own.call('POST', '/customers/search', { limit: 2, cursor })).toMatchObject({
    body: { items: [{ name: 'one' }], pagination: { total: 3 } },
  })
  const filters = [{ field: 'name', operator: 'in', value: { array: ['one', 'two'] } }]
  expect(await own.call('POST', '/customers/search', { filters, order: 'asc' })).toMatchObject({
    body: { items: [{ name: 'one' }, { name: 'two' }], pagination: { total: 2 } },
  })
})

test('queryCustomer finds an e-mail in any case of letters', async () => {
  const own = await gateway.newCaller()
  await own.create('/customers', { external_id: 'a', name: 'Ada', email: 'Ada.Ö@Example.com' })
  await own.create('/customers', { external_id: 'b', name: 'Bob' })
  const found = (condition: object) => ({ filters: [{ field: 'email', ...condition }] })
  for (const email of ['ada.ö@example.com', 'ADA.Ö@EXAMPLE.COM', 'Ada.Ö@Example.com']) {
    for (const search of [
      { email },
      found({ operator: 'eq', value: { string: email } }),
      found({ operator: 'in', value: { array: ['x', email] } }),
    ]) {
      expect(await own.call('POST', '/customers/search', search)).toMatchObject({
        body: { items: [{ external_id: 'a', email: 'Ada.Ö@Example.com' }], pagination: { total: 1 } },
      })
    }
    const others = found({ operator: 'not_in', value: { array: [email] } })
    expect(await own.call('POST', '/customers/search', others)).toMatchObject({
      body: { items: [{ external_id: 'b' }], pagination: { total: 1 } },
    })
  }
  expect(await own.call('POST', '/customers/search', { email: '' })).toMatchObject({
    body: { items: [{ external_id: 'b' }] },
  })
})

test('queryCustomer 200 for no body at all, and nothing of another tenant', async () => {
  expect(await (await gateway.newCaller()).call('POST', '/customers/search')).toMatchObject({
    status: 200,
    body: { items: [], pagination: { total: 0, limit: 50, offset: 0 } },
  })
})

test.each([
  ['a limit beyond its bound', { limit: 1_001 }],
  ['an unknown field', { colour: 'red' }],
  [
    'a filter of an unknown field',
    { filters: [{ field: 'secret', operator: 'eq', value: { string: 'x' } }] },
  ],
  ['a wrong operator', { filters: [{ field: 'name', operator: 'like', value: { string: 'x' } }] }],
])('queryCustomer 400 for %s', async (_what, body) => {
  expect(await caller.call('POST', '/customers/search', body)).toMatchObject({
    status: 400,
    body: { code: 'validation_error' },
  })
})

test('deleteCustomer 204, then 404; its external id is free again', async () => {
  const { id } = await caller.create('/customers', { external_id: 'gone', name: 'Gone' })
  expect(await stranger.call('DELETE', `/customers/${id}`)).toMatchObject({ status: 404 })
  expect(await caller.call('DELETE', `/customers/${id}`)).toMatchObject({ status: 204, body: undefined })
  expect(await caller.call('GET', `/customers/${id}`)).toMatchObject({ status: 404 })
  await caller.create('/customers', { external_id: 'gone', name: 'Back' })
})

test('deleteCustomer 409 that names the subscription which uses it', async () => {
  const { subscriptionId, customerId } = await addSubscription(caller)
  expect(await caller.call('DELETE', `/customers/${customerId}`)).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { subscription_id: subscriptionId } },
  })
})

function cursorOf(body: unknown): unknown {
  const { pagination } = Object(body)
  return Object(pagination).next_cursor
}
