import { afterAll, beforeAll, expect, test } from 'vitest'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import { invoicesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'
import { addOneOff } from '../testing/one-off.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
const start = '2026-08-01T00:00:00.000Z'
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** A customer with a wallet, and a plan of 10 a month in advance and 0.5 a call. */
async function makeCustomer(wallet: object) {
  caller = await newClockedCaller(gateway, start)
  const { planId, id, externalId, use } = await addCharged(caller)
  const customer = await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const { id: walletId } = await addWallet(caller, { customer_id: customer.id, ...wallet })
  const subscribe = async (changes: object = {}) => {
    const body = { plan_id: planId, currency: 'usd', billing_period: 'MONTHLY', start_date: start }
    return caller.create('/subscriptions', { ...body, external_customer_id: 'ada', ...changes })
  }
  return { customerId: customer.id, walletId, subscribe, other: { id, externalId, use } }
}

test('a creation’s invoice is paid as far as credits go, line by line, and the wallet leads back to it', async () => {
  const { walletId, subscribe } = await makeCustomer({ initial_credits_to_load: '8', conversion_rate: '0.5' })
  const [invoice] = await invoicesOf(caller, (await subscribe()).id)
  expect((await caller.call('GET', `/invoices/${invoice?.id}`)).body).toMatchObject({
    ...{
      subtotal: '10',
      total_prepaid_credits_applied: '4',
      total: '6',
      amount_due: '6',
      amount_remaining: '6',
    },
    ...{ payment_status: 'PENDING', line_items: [{ amount: '10', prepaid_credits_applied: '4' }] },
  })
  const paid = await caller.call('GET', `/wallets/${walletId}/transactions?reference_id=${invoice?.id}`)
  expect(paid.body).toMatchObject({
    items: [
      {
        ...{ transaction_reason: 'INVOICE_PAYMENT', type: 'debit', credit_amount: '8', amount: '4' },
        ...{ credit_balance_after: '0', source_type: 'INVOICE', consumption_breakdown: [{ credits: '8' }] },
      },
    ],
  })
})

test('a first invoice that credits pay wholly makes nothing incomplete', async () => {
  const { subscribe } = await makeCustomer({ initial_credits_to_load: '10' })
  const incomplete = { payment_behavior: 'default_incomplete' }
  const first = await subscribe(incomplete)
  expect((await caller.call('GET', `/subscriptions/${first.id}`)).body).toMatchObject({
    subscription_status: 'active',
  })
  expect(await invoicesOf(caller, first.id)).toMatchObject([
    { payment_status: 'SUCCEEDED', total: '0', paid_at: start },
  ])
  const second = await subscribe(incomplete)
  const { body } = await caller.call('GET', `/subscriptions/${second.id}`)
  expect(body).toMatchObject({ subscription_status: 'incomplete' })
})

test('a billing run pays with credits what the preview said, the lines that a wallet may, and the rest stays due', async () => {
  const { walletId, customerId, subscribe } = await makeCustomer({
    ...{ initial_credits_to_load: '100', config: { allowed_price_types: ['USAGE'] } },
  })
  const { id } = await subscribe()
  await useOf('ada')
  const open = await caller.call('GET', `/wallets/${walletId}/balance/real-time`)
  expect(open.body).toMatchObject({
    ...{ balance: '100', real_time_balance: '99', real_time_credit_balance: '99' },
    ...{ current_period_usage: '1', unpaid_invoices_amount: '0' },
  })
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: id })
  const sums = { subtotal: '11', total_prepaid_credits_applied: '1', total: '10', amount_due: '10' }
  expect(preview.body).toMatchObject(sums)
  await moveClock(caller, '2026-09-01T02:00:00Z')
  const [, cycle] = await invoicesOf(caller, id)
  expect((await caller.call('GET', `/invoices/${cycle?.id}`)).body).toMatchObject({
    ...{ ...sums, invoice_status: 'FINALIZED', payment_status: 'PENDING' },
    line_items: expect.arrayContaining([
      expect.objectContaining({ price_type: 'USAGE', amount: '1', prepaid_credits_applied: '1' }),
      expect.objectContaining({ price_type: 'FIXED', amount: '10', prepaid_credits_applied: '0' }),
    ]),
  })
  expect(await balanceOf(caller, walletId)).toBe('99')
  const { body } = await caller.call(
    'GET',
    `/customers/wallets?id=${customerId}&include_real_time_balance=true`,
  )
  expect(body).toMatchObject([{ real_time_balance: '99' }])
})

test('a void gives the credits back, once, and its replacement is paid with them again', async () => {
  const { walletId, subscribe } = await makeCustomer({ initial_credits_to_load: '15' })
  const [invoice] = await invoicesOf(caller, (await subscribe()).id)
  expect(await balanceOf(caller, walletId)).toBe('5')
  for (const _ of [1, 2]) await caller.call('POST', `/invoices/${invoice?.id}/void`)
  expect(await balanceOf(caller, walletId)).toBe('15')
  expect(await ledgerOf(caller, walletId)).toEqual([
    'FREE_CREDIT_GRANT 15',
    'INVOICE_PAYMENT -10',
    'INVOICE_VOID_REFUND 10',
  ])
  const asked = await caller.call('POST', `/invoices/${invoice?.id}/recalculate`)
  expect(asked).toMatchObject({ status: 202 })
  const { workflow_id } = Object(asked.body)
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const voided = await caller.call('GET', `/invoices/${invoice?.id}`)
  const { recalculated_invoice_id: replacement } = Object(voided.body)
  expect(await caller.call('POST', `/invoices/${replacement}/finalize`)).toMatchObject({ status: 200 })
  expect((await caller.call('GET', `/invoices/${replacement}`)).body).toMatchObject({
    ...{ total_prepaid_credits_applied: '10', amount_due: '0', payment_status: 'SUCCEEDED' },
  })
  expect(await balanceOf(caller, walletId)).toBe('5')
})

test('credits that end while a draft waits still pay its period; those that ended within it do not', async () => {
  const { walletId, subscribe } = await makeCustomer({})
  const { id } = await subscribe()
  await useOf('ada')
  for (const [credits_to_add, expiry_date_utc] of [
    ['3', '2026-08-31T12:00:00Z'],
    ['5', '2026-09-01T00:30:00Z'],
  ]) {
    const body = { transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add, expiry_date_utc }
    await caller.call('POST', `/wallets/${walletId}/top-up`, body)
  }
  await moveClock(caller, '2026-09-01T00:45:00Z')
  expect(await balanceOf(caller, walletId)).toBe('5')
  await moveClock(caller, '2026-09-01T03:00:00Z')
  expect(await ledgerOf(caller, walletId)).toEqual([
    'FREE_CREDIT_GRANT 3',
    'FREE_CREDIT_GRANT 5',
    'CREDIT_EXPIRED -3',
    'INVOICE_PAYMENT -5',
  ])
  const [, cycle] = await invoicesOf(caller, id)
  expect(cycle).toMatchObject({ total_prepaid_credits_applied: '5', total: '6' })
})

test('a one-off is paid by credits, too', async () => {
  const { customerId, walletId } = await makeCustomer({ initial_credits_to_load: '1' })
  const invoice = await addOneOff(caller, customerId)
  const { total_prepaid_credits_applied: paid, subtotal, total } = Object(invoice)
  expect([paid, Number(total)]).toEqual(['1', Number(subtotal) - 1])
  expect(await balanceOf(caller, walletId)).toBe('0')
})

/** Two calls of the customer. */
async function useOf(external_customer_id: string): Promise<void> {
  const { event_name } = await caller.scoped.db
    .selectFrom('meters')
    .select('event_name')
    .executeTakeFirstOrThrow()
  for (const event_id of ['1', '2']) {
    const event = { event_name, external_customer_id, event_id, timestamp: '2026-08-01T00:00:00Z' }
    expect(await caller.call('POST', '/events', event)).toMatchObject({ status: 202 })
  }
}

test('a wallet of usage pays no fee, however many payments of credits are made of it', async () => {
  const { walletId, subscribe } = await makeCustomer({
    config: { allowed_price_types: ['USAGE'] },
  })
  const { id } = await subscribe()
  await useOf('ada')
  await moveClock(caller, '2026-09-01T02:00:00Z')
  const [, cycle] = await invoicesOf(caller, id)
  expect(cycle).toMatchObject({ total: '11', invoice_status: 'FINALIZED' })
  const topUp = {
    ...{ credits_to_add: '100', idempotency_key: 'late', transaction_reason: 'FREE_CREDIT_GRANT' },
  }
  expect(await caller.call('POST', `/wallets/${walletId}/top-up`, topUp)).toMatchObject({ status: 200 })
  const pay = (amount: string) =>
    caller.call('POST', '/payments', {
      ...{ destination_type: 'INVOICE', destination_id: cycle?.id, payment_method_type: 'CREDITS' },
      ...{ amount, currency: 'usd' },
    })
  expect(await pay('0.75')).toMatchObject({ status: 201 })
  expect(await pay('0.26')).toMatchObject({ status: 409 })
  expect(await pay('0.25')).toMatchObject({ status: 201 })
  expect(await pay('0.01')).toMatchObject({
    status: 409,
    body: { details: { payable_amount: '0' } },
  })
  expect(await balanceOf(caller, walletId)).toBe('99')
})
