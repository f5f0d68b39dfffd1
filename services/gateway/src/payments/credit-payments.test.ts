import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addNote, moneyOf } from '../testing/noted-invoice.ts'
import { addOneOff } from '../testing/one-off.ts'
import { owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const withCredits = { payment_method_type: 'CREDITS' }
const made = z.looseObject({ id: z.string() })

/** A customer who owes 30.01, and has got credits since. */
async function addOwingWithCredits(credits: string, wallet: object = {}) {
  caller = await newClockedCaller(gateway, owingSince)
  const { id: customerId } = await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const { id: invoiceId } = await addOneOff(caller, customerId)
  const { id: walletId } = await addWallet(caller, {
    ...{ customer_id: customerId, initial_credits_to_load: credits },
    ...wallet,
  })
  return { customerId, invoiceId, walletId }
}

const pay = (invoiceId: string, amount: string, changes: object = {}) =>
  caller.call('POST', '/payments', payment(invoiceId, { ...withCredits, amount, ...changes }))

test('credits pay what a payment says, of any wallets in their order, and a void gives them back', async () => {
  const { customerId, invoiceId, walletId } = await addOwingWithCredits('20', { conversion_rate: '0.5' })
  const other = await addWallet(caller, { customer_id: customerId, initial_credits_to_load: '8' })
  const answer = await pay(invoiceId, '12')
  expect(answer).toMatchObject({ status: 201, body: { payment_status: 'SUCCEEDED', amount: '12' } })
  const { id } = made.parse(answer.body)
  expect([await balanceOf(caller, walletId), await balanceOf(caller, other.id)]).toEqual(['0', '6'])
  const owing = { amount_paid: '12', amount_remaining: '18.01', payment_status: 'PENDING' }
  expect(await moneyOf(caller, invoiceId)).toMatchObject(owing)
  const { body } = await caller.call('GET', `/invoices/${invoiceId}/explain`)
  expect(body).toMatchObject({
    paid_by_credits: [
      ...[{ wallet_id: walletId, payment_id: id, amount: '10', credit_amount: '20', amount_returned: '0' }],
      { wallet_id: other.id, amount: '2', consumption_breakdown: [{ credits: '2' }] },
    ],
  })
  for (const _ of [1, 2]) await caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ amount_paid: '0', amount_remaining: '30.01' })
  expect(await ledgerOf(caller, walletId)).toEqual([
    ...['FREE_CREDIT_GRANT 20', 'INVOICE_PAYMENT -20', 'CREDIT_ADJUSTMENT 20'],
  ])
  expect(await balanceOf(caller, other.id)).toBe('8')
})

test.each([
  ['more than there is', '20.01', { payable_amount: '20' }],
  ['more than remains, as credits never overpay', '30.02', { payable_amount: '30.01' }],
])('refused, and nothing is kept: %s', async (_, amount, details) => {
  const { invoiceId, walletId } = await addOwingWithCredits('20')
  expect(await pay(invoiceId, amount)).toMatchObject({ status: 409, body: { details } })
  expect((await caller.call('GET', '/payments')).body).toMatchObject({ items: [] })
  expect(await balanceOf(caller, walletId)).toBe('20')
})

test('one that waits takes nothing until it is processed, once, by as many as come; and then needs what there is', async () => {
  const { invoiceId, walletId } = await addOwingWithCredits('20')
  const [first, second] = [
    made.parse((await pay(invoiceId, '15', { process_payment: false })).body),
    made.parse((await pay(invoiceId, '15', { process_payment: false })).body),
  ]
  expect(await balanceOf(caller, walletId)).toBe('20')
  const both = [first, first, second, second].map(({ id }) => caller.call('POST', `/payments/${id}/process`))
  const statuses = (await Promise.all(both)).map(({ status }) => status).toSorted()
  expect(statuses).toEqual([200, 200, 409, 409])
  expect(await balanceOf(caller, walletId)).toBe('5')
})

test('an attempt pays what credits can, of the lines that they may, and tells where there are none', async () => {
  const { invoiceId, walletId } = await addOwingWithCredits('20')
  const attempt = () => caller.call('POST', `/invoices/${invoiceId}/payment/attempt`)
  expect(await attempt()).toMatchObject({ status: 200, body: { message: expect.stringContaining('20 usd') } })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ amount_paid: '20', amount_remaining: '10.01' })
  expect(await attempt()).toMatchObject({ status: 409, body: { details: { payable_amount: '0' } } })
  await caller.call('POST', `/wallets/${walletId}/top-up`, {
    ...{ transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add: '50' },
  })
  expect(await attempt()).toMatchObject({ status: 200 })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({
    payment_status: 'SUCCEEDED',
    amount_paid: '30.01',
  })
  expect(await attempt()).toMatchObject({ status: 409 })
  expect(await balanceOf(caller, walletId)).toBe('39.99')
})

test('a note gives back what was paid with credits as credits, first those of the last payment, and then a void is refused', async () => {
  const { invoiceId, walletId } = await addOwingWithCredits('10')
  const { id } = made.parse((await pay(invoiceId, '10')).body)
  await caller.create('/payments', payment(invoiceId, { amount: '20.01' }))
  await addNote(caller, invoiceId, '4', { refund_target: 'BACK_TO_SOURCE' })
  expect(await balanceOf(caller, walletId)).toBe('4')
  const { body } = await caller.call('GET', `/refunds?payment_ids=${id}`)
  expect(body).toMatchObject({ items: [{ amount: '4', source: 'CREDITS', refund_destination: 'WALLET' }] })
  expect(await caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' })).toMatchObject({
    status: 409,
    body: { details: { used_by: 'refund' } },
  })
})
