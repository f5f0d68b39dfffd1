import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { callNote } from '../testing/noted-invoice.ts'
import { addOwing, owingSince } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const amountOf = 'line_items[0].amount'

test.each<[string, unknown, object, string]>([
  ['zero', '0', {}, amountOf],
  ['a negative amount', '-1', {}, amountOf],
  ['forty digits', '1'.repeat(40), {}, amountOf],
  ['a part of a cent', '1.001', {}, amountOf],
  ['no number', 'ten', {}, amountOf],
  ['no lines, which never means all', '1', { line_items: [] }, 'line_items'],
  ['no list of lines', '1', { line_items: undefined }, 'line_items'],
  ['a reason that is none', '1', { reason: 'WHIM' }, 'reason'],
  ['no reason', '1', { reason: undefined }, 'reason'],
  ['a target that is none', '1', { refund_target: 'CASH' }, 'refund_target'],
  ['a number of the caller’s own', '1', { credit_note_number: 'CN-7' }, 'credit_note_number'],
  ['a field that is none', '1', { amount: '1' }, 'amount'],
])('refused by its name, and nothing is kept: %s', async (_, amount, changes, field) => {
  const caller = await newClockedCaller(gateway, owingSince)
  const { invoiceId } = await addOwing(caller)
  const answer = await callNote(caller, invoiceId, amount, changes)
  expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, [field]])
  expect(await caller.scoped.db.selectFrom('credit_notes').selectAll().execute()).toEqual([])
})

test.each(['cust_1', 'inv_none'])('of the invoice %s there is no note', async (invoice_id) => {
  const caller = await newClockedCaller(gateway, owingSince)
  const { invoiceId } = await addOwing(caller)
  expect(await callNote(caller, invoiceId, '1', { invoice_id })).toMatchObject({ status: 404 })
  expect(await caller.call('GET', '/creditnotes/crnote_none')).toMatchObject({ status: 404 })
  expect(await caller.call('GET', '/refunds/refund_none')).toMatchObject({ status: 404 })
})
