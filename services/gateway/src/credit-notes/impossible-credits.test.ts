import { inTransaction } from '@flexprice/database/connection'
import { creditLines } from '@flexprice/database/credits'
import { readDecimal } from '@flexprice/domain/money'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addNote, callNote, lineIdsOf, moneyOf } from '../testing/noted-invoice.ts'
import { addOneOff, stated } from '../testing/one-off.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const now = owingSince

test('impossible: a payment that is taken back after credits have carried its money to another invoice', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { subscriptionId, invoiceId } = await addOwing(caller)
  const { customer_id } = Object((await caller.call('GET', `/subscriptions/${subscriptionId}`)).body)
  const { id: otherId } = await addOneOff(caller, customer_id, { subscription_id: subscriptionId })
  const { id } = await caller.create('/payments', payment(invoiceId))
  await addNote(caller, invoiceId, '6')
  expect(await moneyOf(caller, otherId)).toMatchObject({ adjustment_amount: '6', amount_remaining: '24.01' })
  expect(await caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' })).toMatchObject({
    status: 409,
    body: { details: { used_by: 'credit' } },
  })
  // What nothing of was carried can be.
  const more = await caller.create('/payments', payment(otherId, { amount: '20' }))
  expect(await caller.call('PUT', `/payments/${more.id}`, { payment_status: 'VOIDED' })).toMatchObject({
    status: 200,
  })
})

test('impossible: a note that is voided after what it lowered another invoice by was given away there', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { subscriptionId, invoiceId } = await addOwing(caller)
  const { customer_id } = Object((await caller.call('GET', `/subscriptions/${subscriptionId}`)).body)
  const { id: otherId } = await addOneOff(caller, customer_id, {
    ...{ subscription_id: subscriptionId, ...stated('10') },
    line_items: [{ display_name: 'Setup', quantity: '1', amount: '10' }],
  })
  await caller.create('/payments', payment(invoiceId))
  await caller.create('/payments', payment(otherId, { amount: '4' }))
  const { id } = await addNote(caller, invoiceId, '6')
  const lowered = { adjustment_amount: '6', amount_remaining: '0' }
  expect(await moneyOf(caller, otherId)).toMatchObject(lowered)
  const { id: draftId } = await addNote(caller, invoiceId, '1', { process_credit_note: false })
  await addNote(caller, otherId, '10', { refund_target: 'PREPAID_WALLET' })
  expect(await caller.call('POST', `/creditnotes/${id}/void`)).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining(`has lowered invoice ${otherId}`) },
  })
  expect(await moneyOf(caller, otherId)).toMatchObject(lowered)
  expect(await caller.call('POST', `/creditnotes/${draftId}/void`)).toMatchObject({ status: 200 })
})

test('impossible: a note and a change’s credit, also at once, that take back more than was billed', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { subscriptionId, invoiceId } = await addOwing(caller)
  const [lineId = ''] = await lineIdsOf(caller, invoiceId)
  const zero = readDecimal('0')
  const credit = {
    ...{ subscriptionId, invoiceId, lineId, firstLineId: lineId, sourceId: 'change', currency: 'usd' },
    ...{ amount: readDecimal('7'), discount: zero, tax: zero, netted: zero },
    target: 'PREPAID_WALLET',
    reason: 'ORDER_CHANGE',
  } as const
  const change = () =>
    inTransaction(caller.scoped, (transaction) => creditLines(transaction, [credit], { now: new Date(now) }))
  const notes = () => callNote(caller, invoiceId, '3')
  await Promise.allSettled([notes(), change(), notes()])
  await expect(change()).rejects.toMatchObject({ code: 'state_conflict' })
  const { adjustment_amount: by } = Object(await moneyOf(caller, invoiceId))
  // Whoever came first: a change of 7 and a note of 3, or two notes.
  expect(['10', '6']).toContain(by)
  const left = String(10 - Number(by))
  expect(await callNote(caller, invoiceId, `${left}.01`)).toMatchObject({
    status: 400,
    body: { details: { fields: { 'line_items[0].amount': expect.stringContaining(`at most ${left}`) } } },
  })
})
