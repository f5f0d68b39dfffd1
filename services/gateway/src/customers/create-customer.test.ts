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

test('201 with every field that was given', async () => {
  const body = {
    external_id: 'acme',
    name: 'Acme',
    email: 'billing@acme.test',
    contact: 'Ada',
    contact_persons: [{ first_name: 'Ada', last_name: 'Lovelace', is_primary: true }],
    address_line1: '1 Main St',
    address_city: 'Springfield',
    address_country: 'US',
    billing_currency: 'EUR',
    tax_treatment: 'exempt',
    timezone: 'Europe/Berlin',
    metadata: { tier: 'gold' },
  }
  const answer = await caller.call('POST', '/customers', body)
  expect(answer).toMatchObject({
    status: 201,
    body: { ...body, billing_currency: 'eur', status: 'published' },
  })
})

test('201 with defaults for what was left out', async () => {
  const answer = await caller.call('POST', '/customers', { external_id: 'bare', name: 'Bare' })
  expect(answer).toMatchObject({
    status: 201,
    body: { email: '', timezone: 'UTC', tax_treatment: 'taxable', metadata: {}, contact_persons: [] },
  })
  expect(answer.body).not.toHaveProperty('billing_currency')
})

test.each([
  ['a missing name', { name: undefined }, 'name'],
  ['an empty external id', { external_id: '' }, 'external_id'],
  ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
  ['a currency that does not exist', { billing_currency: 'zzz' }, 'billing_currency'],
  ['a name beyond its bound', { name: 'a'.repeat(256) }, 'name'],
  ['a character that cannot be stored', { name: 'a\u0000b' }, 'name'],
  ['half of a surrogate pair', { metadata: { key: '\ud800' } }, 'metadata.key'],
  ['a number in metadata', { metadata: { seats: 5 } }, 'metadata.seats'],
  [
    'an unknown field inside a list',
    { contact_persons: [{ first_name: 'A', age: 3 }] },
    'contact_persons[0].age',
  ],
])('400 that names the field for %s', async (_what, changes, path) => {
  const answer = await caller.call('POST', '/customers', { external_id: 'bad', name: 'Bad', ...changes })
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('400 not_implemented for tax rates and integrations', async () => {
  const answer = await caller.call('POST', '/customers', {
    external_id: 'later',
    name: 'Later',
    tax_rate_overrides: [{ currency: 'usd', tax_rate_code: 'vat' }],
    onboarding_workflow_name: 'welcome',
  })
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer)).toSorted()).toEqual([
    'onboarding_workflow_name',
    'tax_rate_overrides',
  ])
})

test('409 for an external id that another customer has, though not in another environment', async () => {
  const body = { external_id: 'twice', name: 'Twice' }
  await caller.create('/customers', body)
  expect(await caller.call('POST', '/customers', body)).toMatchObject({
    status: 409,
    body: { code: 'already_exists' },
  })
  await (await gateway.newCaller()).create('/customers', body)
})
