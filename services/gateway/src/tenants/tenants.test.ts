import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test("200 with the caller's own tenant; another's does not exist", async () => {
  const { tenantId } = caller.scoped.scope
  expect(await caller.call('GET', `/tenants/${tenantId}`)).toMatchObject({
    status: 200,
    body: { id: tenantId, name: 'Tenant under test', status: 'published', metadata: {}, billing_details: {} },
  })
  const foreign = await gateway.newCaller()
  expect(await foreign.call('GET', `/tenants/${tenantId}`)).toMatchObject({ status: 404 })
})

test("200 with whom the key acts for, and that one's tenant", async () => {
  const { tenantId, userId } = caller.scoped.scope
  expect(await caller.call('GET', '/users/me')).toMatchObject({
    status: 200,
    body: {
      id: userId,
      type: 'service_account',
      roles: [],
      tenant: { id: tenantId, billing_details: { address: {} } },
    },
  })
})

test('200 with what was changed; what is left out stays', async () => {
  const [changed, foreign] = [await gateway.newCaller(), await gateway.newCaller()]
  const body = {
    name: 'Acme',
    metadata: { tier: 'gold' },
    billing_details: { email: 'billing@acme.test', phone: '+1', address: { address_city: 'Springfield' } },
  }
  expect(await changed.call('PUT', '/tenants/update', body)).toMatchObject({ status: 200, body })
  const next = await changed.call('PUT', '/tenants/update', { billing_details: { phone: '' } })
  expect(next).toMatchObject({
    body: { ...body, billing_details: { ...body.billing_details, phone: '' } },
  })
  expect(await changed.call('PUT', '/tenants/update', {})).toMatchObject({
    status: 200,
    body: { name: 'Acme' },
  })
  const { tenantId } = foreign.scoped.scope
  const theirs = await foreign.call('GET', `/tenants/${tenantId}`)
  expect(theirs).toMatchObject({ body: { name: 'Tenant under test' } })
})

test.each([
  ['an empty name', { name: '' }, 'name'],
  ['a status', { status: 'deleted' }, 'status'],
  ['an unknown billing detail', { billing_details: { iban: 'DE' } }, 'billing_details.iban'],
  [
    'a line beyond its bound',
    { billing_details: { address: { address_line1: 'a'.repeat(501) } } },
    'billing_details.address.address_line1',
  ],
  ['a number in metadata', { metadata: { seats: 5 } }, 'metadata.seats'],
])('400 that names the field for %s', async (_what, body, path) => {
  const answer = await caller.call('PUT', '/tenants/update', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})
