import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addNote, callNote, moneyOf } from '../testing/noted-invoice.ts'
import { addOneOff, stated } from '../testing/one-off.ts'
import { owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const toppedUp = z.object({
  invoice_id: z.string(),
  wallet_transaction: z.looseObject({ id: z.string(), transaction_status: z.string() }),
})
const bought = { transaction_reason: 'PURCHASED_CREDIT_INVOICED', credits_to_add: '100' }

/** A wallet of which a credit costs 0.5 and is worth 1. */
async function addBuyer(wallet: object = {}) {
  caller = await newClockedCaller(gateway, owingSince)
  const { id: customerId } = await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const { id: walletId } = await addWallet(caller, {
    ...{ customer_id: customerId, topup_conversion_rate: '0.5' },
    ...wallet,
  })
  return { customerId, walletId }
}

async function buy(walletId: string, changes: object = {}) {
  const answer = await caller.call('POST', `/wallets/${walletId}/top-up`, { ...bought, ...changes })
  expect(answer).toMatchObject({ status: 200 })
  return toppedUp.parse(answer.body)
}

async function statesOf(walletId: string) {
  const { body } = await caller.call('GET', `/wallets/${walletId}/transactions?order=asc`)
  const items = z.object({ items: z.array(z.looseObject({ transaction_status: z.string() })) })
  return items.parse(body).items.map((one) => one.transaction_status)
}

test('credits that an invoice buys wait, with their bonus, until it is paid wholly, and come once', async () => {
  const { walletId } = await addBuyer()
  const asked = { idempotency_key: 'mine', bonus_credits_to_add: '10' }
  const { invoice_id, wallet_transaction } = await buy(walletId, asked)
  expect(wallet_transaction.transaction_status).toBe('pending')
  expect((await caller.call('GET', `/invoices/${invoice_id}`)).body).toMatchObject({
    ...{ invoice_type: 'CREDIT', billing_reason: 'MANUAL', invoice_status: 'FINALIZED', total: '50' },
    ...{
      payment_status: 'PENDING',
      line_items: [{ display_name: 'Credits', amount: '50', quantity: '100' }],
    },
  })
  // The same key is the same purchase, and its invoice.
  expect(await buy(walletId, asked)).toMatchObject({ invoice_id })
  expect(await balanceOf(caller, walletId)).toBe('0')
  const { id } = await caller.create('/payments', payment(invoice_id, { amount: '20' }))
  await caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' })
  await caller.create('/payments', payment(invoice_id, { amount: '20' }))
  expect([await balanceOf(caller, walletId), await statesOf(walletId)]).toEqual(['0', ['pending', 'pending']])
  await caller.create('/payments', payment(invoice_id, { amount: '30' }))
  expect([await balanceOf(caller, walletId), await statesOf(walletId)]).toEqual([
    '110',
    ['completed', 'completed'],
  ])
  expect(await ledgerOf(caller, walletId)).toEqual([
    'PURCHASED_CREDIT_INVOICED 100',
    'PURCHASED_CREDIT_BONUS 10',
  ])
  // What is in the wallet is no more taken back by a void.
  expect(await caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' })).toMatchObject({
    status: 200,
  })
  const { body } = await caller.call('GET', `/payments?destination_id=${invoice_id}`)
  const [last] = z.object({ items: z.array(z.looseObject({ id: z.string() })) }).parse(body).items
  expect(await caller.call('PUT', `/payments/${last?.id}`, { payment_status: 'VOIDED' })).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('credit note') },
  })
})

test('impossible: credits that buy credits with their bonus, at the closing or by a payment', async () => {
  const { walletId } = await addBuyer({ initial_credits_to_load: '500' })
  const { invoice_id } = await buy(walletId, { bonus_credits_to_add: '10' })
  expect(await moneyOf(caller, invoice_id)).toMatchObject({ amount_due: '50', amount_paid: '0' })
  const credits = { payment_method_type: 'CREDITS', amount: '50' }
  expect(await caller.call('POST', '/payments', payment(invoice_id, credits))).toMatchObject({ status: 409 })
  expect(await caller.call('POST', `/invoices/${invoice_id}/payment/attempt`)).toMatchObject({ status: 409 })
  expect(await balanceOf(caller, walletId)).toBe('500')
  // What is owed for credits is not what credits would pay.
  const balance = await caller.call('GET', `/wallets/${walletId}/balance/real-time`)
  expect(balance.body).toMatchObject({ real_time_balance: '500', unpaid_invoices_amount: '0' })
})

test('voiding the invoice ends what waits for it; until then the wallet cannot be closed', async () => {
  const { walletId } = await addBuyer()
  const { invoice_id } = await buy(walletId)
  const terminate = () => caller.call('POST', `/wallets/${walletId}/terminate`)
  expect(await terminate()).toMatchObject({ status: 409, body: { details: { invoice_id } } })
  expect(await callNote(caller, invoice_id, '1')).toMatchObject({ status: 409 })
  expect(await caller.call('POST', `/invoices/${invoice_id}/void`)).toMatchObject({ status: 200 })
  expect([await balanceOf(caller, walletId), await statesOf(walletId)]).toEqual(['0', ['failed']])
  expect(await terminate()).toMatchObject({ status: 200 })
})

test('of bought credits a note takes back what is not spent, and those go with their share of the bonus', async () => {
  const { customerId, walletId } = await addBuyer()
  const { invoice_id } = await buy(walletId, { bonus_credits_to_add: '10', priority: 1 })
  await caller.create('/payments', payment(invoice_id, { amount: '50' }))
  const setup = { display_name: 'Setup', quantity: '1', amount: '70' }
  await addOneOff(caller, customerId, { line_items: [setup], ...stated('70') })
  expect(await balanceOf(caller, walletId)).toBe('40')
  const target = { refund_target: 'BACK_TO_SOURCE' }
  expect(await callNote(caller, invoice_id, '15.01', target)).toMatchObject({
    status: 409,
    body: { details: { refundable_amount: '15' } },
  })
  await addNote(caller, invoice_id, '10', target)
  // 20 of the 30 that are left, and 2 of the bonus.
  expect(await balanceOf(caller, walletId)).toBe('18')
  await addNote(caller, invoice_id, '5', target)
  expect(await balanceOf(caller, walletId)).toBe('7')
  expect(await moneyOf(caller, invoice_id)).toMatchObject({ amount_paid: '50', refunded_amount: '15' })
  expect(await callNote(caller, invoice_id, '0.01', target)).toMatchObject({ status: 409 })
})

test('a purchase that costs nothing has nothing to invoice', async () => {
  const { walletId } = await addBuyer()
  const body = { ...bought, credits_to_add: '0.00000001' }
  const answer = await caller.call('POST', `/wallets/${walletId}/top-up`, body)
  expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, ['credits_to_add']])
})
