import { afterAll, beforeAll, expect, test } from 'vitest'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let customerId: string
const now = '2026-08-01T00:00:00.000Z'
beforeAll(async () => {
  gateway = await startGateway()
  caller = await newClockedCaller(gateway, now)
})
afterAll(() => gateway[Symbol.asyncDispose]())

let customers = 0
async function newWallet(body: object = {}) {
  const external_id = `customer-${++customers}`
  customerId = (await caller.create('/customers', { external_id, name: 'Ada' })).id
  return addWallet(caller, { external_customer_id: external_id, ...body })
}

test('createWallet 200 with what it begins with, which expires, and what it is worth', async () => {
  const wallet = await newWallet({
    ...{ currency: 'USD', conversion_rate: '0.5', name: 'Main', metadata: { a: 'b' } },
    ...{ initial_credits_to_load: '10.5', initial_credits_to_load_expiry_date: 20_270_131 },
  })
  expect(wallet).toMatchObject({
    ...{ customer_id: customerId, currency: 'usd', wallet_type: 'PRE_PAID', wallet_status: 'active' },
    ...{ conversion_rate: '0.5', topup_conversion_rate: '0.5', balance: '5.25', credit_balance: '10.5' },
    ...{ credits_available_breakdown: { free: '10.5', purchased: '0' }, name: 'Main', metadata: { a: 'b' } },
    config: { allowed_price_types: ['ALL'] },
  })
  expect(await caller.call('GET', `/wallets/${wallet.id}`)).toMatchObject({ status: 200, body: wallet })
  expect(await caller.call('GET', `/wallets/${wallet.id}/transactions?expand=customer,wallet`)).toMatchObject(
    {
      status: 200,
      body: {
        items: [
          {
            ...{ transaction_reason: 'FREE_CREDIT_GRANT', type: 'credit', transaction_status: 'completed' },
            ...{ credit_amount: '10.5', credits_available: '10.5', amount: '5.25' },
            ...{ credit_balance_before: '0', credit_balance_after: '10.5', consumption_breakdown: [] },
            ...{ expiry_date: '2027-01-31T00:00:00.000Z', created_at: now },
            ...{ customer: { id: customerId }, wallet: { id: wallet.id } },
          },
        ],
        pagination: { total: 1 },
      },
    },
  )
})

test('topUpWallet 200: bought with a bonus, by credits or by an amount', async () => {
  const { id } = await newWallet({ topup_conversion_rate: '0.3' })
  const bought = await caller.call('POST', `/wallets/${id}/top-up`, {
    ...{ transaction_reason: 'PURCHASED_CREDIT_DIRECT', amount: '10', priority: 1 },
    ...{ bonus_credits_to_add: '2', bonus_credits_expiry_date_utc: '2026-09-01T00:00:00Z' },
  })
  expect(bought).toMatchObject({
    status: 200,
    body: {
      wallet: {
        credit_balance: '35.33333333',
        credits_available_breakdown: { free: '2', purchased: '33.33333333' },
      },
      wallet_transaction: {
        amount: '10',
        credit_amount: '33.33333333',
        priority: 1,
        reference_type: 'REQUEST',
      },
    },
  })
  const given = {
    transaction_reason: 'FREE_CREDIT_GRANT',
    credits_to_add: 1.25,
    effective_date: '2026-08-02T00:00:00Z',
  }
  expect(await caller.call('POST', `/wallets/${id}/top-up`, given)).toMatchObject({
    body: { wallet_transaction: { credit_amount: '1.25', effective_date: '2026-08-02T00:00:00.000Z' } },
  })
  expect(await ledgerOf(caller, id)).toEqual([
    'PURCHASED_CREDIT_DIRECT 33.33333333',
    'PURCHASED_CREDIT_BONUS 2',
    'FREE_CREDIT_GRANT 1.25',
  ])
})

test('topUpWallet of one key is one top-up, also after its expiry; of another request 409', async () => {
  const { id } = await newWallet()
  const body = {
    ...{ transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add: '5', idempotency_key: `once-${id}` },
    expiry_date_utc: '2026-08-03T00:00:00Z',
  }
  const first = await caller.call('POST', `/wallets/${id}/top-up`, body)
  await gateway.database.moveClock(caller.scoped, new Date('2026-08-04T00:00:00Z'))
  expect(await caller.call('POST', `/wallets/${id}/top-up`, body)).toMatchObject({
    status: 200,
    body: first.body,
  })
  expect(await balanceOf(caller, id)).toBe('5')
  const other = await caller.call('POST', `/wallets/${id}/top-up`, { ...body, credits_to_add: '6' })
  expect(other).toMatchObject({
    status: 409,
    body: { details: { fields: { idempotency_key: expect.any(String) } } },
  })
})

test('topUpWallet under an Idempotency-Key is answered again as it was', async () => {
  const { id } = await newWallet()
  const body = { transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add: '5' }
  const headers = { 'idempotency-key': `header-${id}` }
  const first = await caller.call('POST', `/wallets/${id}/top-up`, body, headers)
  expect(await caller.call('POST', `/wallets/${id}/top-up`, body, headers)).toMatchObject({
    status: 200,
    body: first.body,
  })
  expect(await balanceOf(caller, id)).toBe('5')
})

test('updateWallet 200; what is left out stays, and who restricted it is kept', async () => {
  const { id } = await newWallet({ description: 'a' })
  const change = { name: 'Usage', config: { allowed_price_types: ['USAGE'] } }
  expect(await caller.call('PUT', `/wallets/${id}`, change)).toMatchObject({
    status: 200,
    body: { name: 'Usage', description: 'a', config: { allowed_price_types: ['USAGE'] } },
  })
  const both = { config: { allowed_price_types: ['USAGE', 'FIXED'] } }
  expect(await caller.call('PUT', `/wallets/${id}`, both)).toMatchObject({
    body: { name: 'Usage', config: { allowed_price_types: ['ALL'] } },
  })
  const entries = await caller.scoped.db
    .selectFrom('audit_entries')
    .select('changes')
    .where('entity_id', '=', id)
    .execute()
  expect(entries).toHaveLength(2)
})

test('terminateWallet 200 closes it; again changes nothing, and nothing comes in any more', async () => {
  const { id } = await newWallet({ initial_credits_to_load: '5' })
  for (const _ of [1, 2]) {
    expect(await caller.call('POST', `/wallets/${id}/terminate`)).toMatchObject({
      status: 200,
      body: { wallet_status: 'closed', balance: '0' },
    })
  }
  expect(await ledgerOf(caller, id)).toEqual(['FREE_CREDIT_GRANT 5', 'WALLET_TERMINATION -5'])
  const more = { transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add: '5' }
  expect(await caller.call('POST', `/wallets/${id}/top-up`, more)).toMatchObject({
    status: 400,
    body: { code: 'invalid_operation', details: { wallet_status: 'closed' } },
  })
})

test('wallets and transactions are found: of a customer by either name, by their state, by what they are for', async () => {
  const { id } = await newWallet({ initial_credits_to_load: '5' })
  const second = await addWallet(caller, { customer_id: customerId, currency: 'eur' })
  await caller.call('POST', `/wallets/${second.id}/terminate`)
  const both = [{ id }, { id: second.id, wallet_status: 'closed' }]
  expect((await caller.call('GET', `/customers/${customerId}/wallets`)).body).toMatchObject(both)
  expect(
    (await caller.call('GET', `/customers/wallets?lookup_key=customer-${customers}`)).body,
  ).toMatchObject(both)
  const closed = { wallet_ids: [id, second.id], status: 'closed' }
  expect((await caller.call('POST', '/wallets/search', closed)).body).toMatchObject({
    items: [{ id: second.id }],
    pagination: { total: 1 },
  })
  const found = await caller.call('POST', '/wallets/transactions/search', {
    ...{ transaction_reason: 'FREE_CREDIT_GRANT', credits_available_gt: 4.5 },
    filters: [{ field: 'wallet_id', operator: 'eq', data_type: 'string', value: { string: id } }],
  })
  expect(found.body).toMatchObject({
    items: [{ wallet_id: id, credit_amount: '5' }],
    pagination: { total: 1 },
  })
  const none = await caller.call('GET', `/wallets/${id}/transactions?type=debit`)
  expect(none.body).toMatchObject({ items: [] })
})

test('another tenant’s wallet, and an id of another kind, are 404', async () => {
  const { id } = await newWallet()
  const eve = await gateway.newCaller()
  for (const [method, path] of [
    ['GET', `/wallets/${id}`],
    ['GET', `/wallets/${id}/transactions`],
    ['GET', `/wallets/${id}/balance/real-time`],
    ['POST', `/wallets/${id}/terminate`],
  ] as const) {
    expect(await eve.call(method, path)).toMatchObject({ status: 404 })
    expect(await caller.call(method, path.replace(id, customerId))).toMatchObject({ status: 404 })
  }
})
