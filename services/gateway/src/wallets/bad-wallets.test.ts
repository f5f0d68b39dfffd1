import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AddedWallet, addWallet } from '../testing/add-wallet.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let customer_id: string
let wallet: AddedWallet
beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  customer_id = (await caller.create('/customers', { external_id: 'ada', name: 'Ada' })).id
  wallet = await addWallet(caller, { customer_id })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const digits40 = '1234567890123456789012345678901234567890'
const past = '2001-01-01T00:00:00Z'

test.each<[string, object, string]>([
  ['an unknown currency', { currency: 'usx' }, 'currency'],
  ['a rate of 0', { conversion_rate: '0' }, 'conversion_rate'],
  ['a negative rate', { topup_conversion_rate: '-1' }, 'topup_conversion_rate'],
  ['a rate whose parts are worth more than a cent', { conversion_rate: '1000001' }, 'conversion_rate'],
  ['a rate of 40 digits', { conversion_rate: digits40 }, 'conversion_rate'],
  ['negative credits', { initial_credits_to_load: '-1' }, 'initial_credits_to_load'],
  ['credits of 40 digits', { initial_credits_to_load: digits40 }, 'initial_credits_to_load'],
  ['credits of 9 decimals', { initial_credits_to_load: '0.123456789' }, 'initial_credits_to_load'],
  [
    'an expiry in the past',
    { initial_credits_to_load: '1', initial_credits_expiry_date_utc: past },
    'initial_credits_expiry_date_utc',
  ],
  [
    'a day that is none',
    { initial_credits_to_load: '1', initial_credits_to_load_expiry_date: 20_270_231 },
    'initial_credits_to_load_expiry_date',
  ],
  [
    'an expiry of nothing',
    { initial_credits_expiry_date_utc: '2200-01-01T00:00:00Z' },
    'initial_credits_to_load',
  ],
  ['no customer', { customer_id: undefined }, 'customer_id'],
])('createWallet 400 for %s', async (_, changes, field) => {
  const body = { customer_id, currency: 'eur', ...changes }
  const answer = await caller.call('POST', '/wallets', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([field])
})

test('createWallet 404 for another’s customer, 409 for a second of the same kind', async () => {
  const eve = await gateway.newCaller()
  expect(await eve.call('POST', '/wallets', { customer_id, currency: 'usd' })).toMatchObject({ status: 404 })
  const second = await caller.call('POST', '/wallets', { customer_id, currency: 'usd' })
  expect(second).toMatchObject({ status: 409, body: { code: 'already_exists' } })
})

test.each<[string, object, string]>([
  ['nothing', {}, 'credits_to_add'],
  ['zero', { credits_to_add: '0', amount: 0 }, 'credits_to_add'],
  ['negative credits', { credits_to_add: -1 }, 'credits_to_add'],
  ['a negative amount', { amount: '-1' }, 'amount'],
  ['both', { credits_to_add: '1', amount: '1' }, 'amount'],
  ['a part of a cent', { amount: '0.001' }, 'amount'],
  ['40 digits', { credits_to_add: digits40 }, 'credits_to_add'],
  ['an amount of 40 digits', { amount: digits40 }, 'amount'],
  ['an expiry in the past', { credits_to_add: '1', expiry_date_utc: past }, 'expiry_date_utc'],
  [
    'an end before its beginning',
    { credits_to_add: '1', effective_date: '2200-01-02T00:00:00Z', expiry_date_utc: '2200-01-01T00:00:00Z' },
    'expiry_date_utc',
  ],
  ['a negative priority', { credits_to_add: '1', priority: -1 }, 'priority'],
  [
    'a reason that is no top-up',
    { credits_to_add: '1', transaction_reason: 'INVOICE_PAYMENT' },
    'transaction_reason',
  ],
  ['a bonus of a gift', { credits_to_add: '1', bonus_credits_to_add: '1' }, 'bonus_credits_to_add'],
])('topUpWallet 400 for %s', async (_, changes, field) => {
  const body = { transaction_reason: 'FREE_CREDIT_GRANT', ...changes }
  const answer = await caller.call('POST', `/wallets/${wallet.id}/top-up`, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([field])
})

test('what is not built is refused by its name', async () => {
  const refused = async (method: 'POST' | 'PUT', path: string, body: object) => {
    const answer = await caller.call(method, path, body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
    return Object.keys(problemsOf(answer))
  }
  const create = { customer_id, currency: 'eur' }
  expect(await refused('POST', '/wallets', { ...create, wallet_type: 'POST_PAID' })).toEqual(['wallet_type'])
  expect(await refused('POST', '/wallets', { ...create, price_unit: 'x' })).toEqual(['price_unit'])
  expect(await refused('PUT', `/wallets/${wallet.id}`, { alert_settings: { alert_enabled: true } })).toEqual([
    'alert_settings.alert_enabled',
  ])
  const off = { alert_settings: { alert_enabled: false }, auto_topup: { enabled: false } }
  expect(await caller.call('PUT', `/wallets/${wallet.id}`, off)).toMatchObject({ status: 200 })
})

test.each(['conversion_rate', 'topup_conversion_rate', 'currency', 'customer_id', 'initial_credits_to_load'])(
  'updateWallet 400 for %s: credits were bought by it',
  async (field) => {
    const path = `/wallets/${wallet.id}`
    const before = (await caller.call('GET', path)).body
    const answer = await caller.call('PUT', path, { [field]: '2' })
    expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, [field]])
    expect((await caller.call('GET', path)).body).toEqual(before)
  },
)

test.each(['FREE_CREDIT_GRANT', 'PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED'])(
  'a closed wallet takes nothing of %s, also not by itself, and nothing is invoiced',
  async (transaction_reason) => {
    const customer = await caller.create('/customers', { external_id: crypto.randomUUID(), name: 'Ada' })
    const path = `/wallets/${(await addWallet(caller, { customer_id: customer.id })).id}`
    expect(await caller.call('POST', `${path}/terminate`)).toMatchObject({ status: 200 })
    const topUp = { transaction_reason, credits_to_add: '1' }
    expect(await caller.call('POST', `${path}/top-up`, topUp)).toMatchObject({
      status: 400,
      body: { code: 'invalid_operation', details: { wallet_status: 'closed' } },
    })
    const auto_topup = { enabled: true, threshold: '1', amount: '1' }
    const answer = await caller.call('PUT', path, { auto_topup })
    expect([answer.status, problemsOf(answer)]).toEqual([
      400,
      { auto_topup: 'cannot be enabled: the wallet is closed' },
    ])
    const found = await caller.call('POST', '/invoices/search', { customer_id: customer.id })
    expect(found.body).toMatchObject({ items: [] })
  },
)
