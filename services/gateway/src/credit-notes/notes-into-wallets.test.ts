import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'
import { addNote, callNote, moneyOf } from '../testing/noted-invoice.ts'
import { addOneOff, stated } from '../testing/one-off.ts'
import { owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const wallets = z.array(z.looseObject({ id: z.string(), balance: z.string() }))
const [setup] = [{ display_name: 'Setup', quantity: '1', amount: '30' }]

/** A customer, and an invoice of 30 that its credits have paid as far as they go. */
async function addPaidByCredits(credits: string, wallet: object = {}) {
  caller = await newClockedCaller(gateway, owingSince)
  const { id: customerId } = await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const { id: walletId } = await addWallet(caller, {
    ...{ customer_id: customerId, initial_credits_to_load: credits },
    ...wallet,
  })
  const { id: invoiceId } = await addOneOff(caller, customerId, { line_items: [setup], ...stated('30') })
  return { customerId, walletId, invoiceId }
}

async function walletsOf(customerId: string) {
  return wallets.parse((await caller.call('GET', `/customers/${customerId}/wallets`)).body)
}

test('credits that paid come back before any of it is money; what the invoice was stays what it was', async () => {
  const { customerId, walletId, invoiceId } = await addPaidByCredits('40', { conversion_rate: '0.5' })
  await caller.create('/payments', payment(invoiceId))
  const note = await addNote(caller, invoiceId, '25')
  expect(note).toMatchObject({
    credit_note_type: 'REFUND',
    refunded_amount: '25',
    refund_status: 'SUCCEEDED',
  })
  expect(await balanceOf(caller, walletId)).toBe('20')
  expect(await ledgerOf(caller, walletId)).toEqual([
    'FREE_CREDIT_GRANT 40',
    'INVOICE_PAYMENT -40',
    'CREDIT_ADJUSTMENT 40',
  ])
  const [first, second] = await walletsOf(customerId)
  expect([first?.id, second?.balance]).toEqual([walletId, '5'])
  expect(await ledgerOf(caller, second?.id ?? '')).toEqual(['CREDIT_NOTE 5'])
  expect(await moneyOf(caller, invoiceId)).toMatchObject({
    ...{ amount_due: '10', amount_paid: '10', refunded_amount: '25', payment_status: 'SUCCEEDED' },
  })
  expect((await caller.call('GET', `/invoices/${invoiceId}`)).body).toMatchObject({
    ...{ total: '10', total_prepaid_credits_applied: '20' },
  })
  const { body } = await caller.call('GET', `/refunds?credit_note_ids=${note.id}`)
  expect(body).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ amount: '20', source: 'CREDITS', refund_destination_id: walletId }),
      expect.objectContaining({ amount: '5', source: 'PAYMENT', refund_destination_id: second?.id }),
    ]),
  })
  // The rest is what was paid, and no more.
  expect(await callNote(caller, invoiceId, '5.01')).toMatchObject({ status: 400 })
  await addNote(caller, invoiceId, '5', { refund_target: 'BACK_TO_SOURCE' })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ refunded_amount: '30' })
})

test('back to its source goes what was paid in money alone; a part of the credits comes back as that', async () => {
  const { walletId, invoiceId } = await addPaidByCredits('10')
  await caller.create('/payments', payment(invoiceId, { amount: '20' }))
  const target = { refund_target: 'BACK_TO_SOURCE' }
  await addNote(caller, invoiceId, '4', target)
  expect(await balanceOf(caller, walletId)).toBe('4')
  await addNote(caller, invoiceId, '7', target)
  expect(await balanceOf(caller, walletId)).toBe('10')
  const { body } = await caller.call('GET', '/refunds')
  expect(body).toMatchObject({
    items: [
      { amount: '1', source: 'PAYMENT', refund_destination: 'OUT_OF_BAND' },
      { amount: '6', source: 'CREDITS', refund_destination: 'WALLET' },
      { amount: '4', source: 'CREDITS', refund_destination: 'WALLET' },
    ],
  })
})

test('impossible: credits of an expired credit that come back for longer than they had, or to be spent twice', async () => {
  const { walletId, invoiceId } = await addPaidByCredits('30', {
    initial_credits_expiry_date_utc: '2026-08-11T00:00:00Z',
  })
  await moveClock(caller, '2026-09-01T00:00:00Z')
  await addNote(caller, invoiceId, '12')
  expect(await balanceOf(caller, walletId)).toBe('12')
  const { body } = await caller.call('GET', `/wallets/${walletId}/transactions?type=credit`)
  expect(body).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ credits_available: '12', expiry_date: '2026-09-11T00:00:00.000Z' }),
    ]),
  })
  await moveClock(caller, '2026-09-12T00:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('0')
})

test('what comes back to a wallet that was closed meanwhile goes the way of the rest', async () => {
  const { customerId, walletId, invoiceId } = await addPaidByCredits('30')
  await caller.call('POST', `/wallets/${walletId}/terminate`)
  await addNote(caller, invoiceId, '12')
  expect(await balanceOf(caller, walletId)).toBe('0')
  expect(await ledgerOf(caller, walletId)).toEqual([
    ...['FREE_CREDIT_GRANT 30', 'INVOICE_PAYMENT -30', 'CREDIT_ADJUSTMENT 12', 'WALLET_TERMINATION -12'],
  ])
  expect(await walletsOf(customerId)).toHaveLength(1)
})
