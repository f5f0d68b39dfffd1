import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addNote, moneyOf } from '../testing/noted-invoice.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const now = owingSince
const asDraft = { process_credit_note: false }

test('a draft moves nothing until it is finalized, once, or it is voided', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const draft = await addNote(caller, invoiceId, '4', asDraft)
  expect(draft).toMatchObject({ credit_note_status: 'DRAFT', credit_note_type: 'ADJUSTMENT' })
  expect(draft.credit_note_number).toBeUndefined()
  const other = await addNote(caller, invoiceId, '3', asDraft)
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ amount_due: '10' })
  for (let time = 0; time < 2; time++) {
    expect(await caller.call('POST', `/creditnotes/${draft.id}/finalize`, {})).toMatchObject({
      status: 200,
      body: { credit_note_status: 'FINALIZED', credit_note_number: 'CN-202608-000001' },
    })
    expect(await caller.call('POST', `/creditnotes/${other.id}/void`)).toMatchObject({
      status: 200,
      body: { credit_note_status: 'VOIDED', voided_at: now },
    })
  }
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ amount_due: '6', adjustment_amount: '4' })
  expect(await caller.call('POST', `/creditnotes/${other.id}/finalize`)).toMatchObject({ status: 409 })
  expect(await caller.call('GET', `/creditnotes/${draft.id}`)).toMatchObject({
    body: { adjustments: [{ amount: '4' }], invoice_id: invoiceId },
  })
})

test('a draft says where its money goes as it is finalized, and what was paid or credited meanwhile counts', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const draft = await addNote(caller, invoiceId, '4', asDraft)
  const late = await addNote(caller, invoiceId, '7', asDraft)
  await caller.create('/payments', payment(invoiceId))
  const target = { refund_target: 'BACK_TO_SOURCE' }
  expect(await caller.call('POST', `/creditnotes/${draft.id}/finalize`, target)).toMatchObject({
    body: { credit_note_type: 'REFUND', refunded_amount: '4', credit_note_number: 'CN-202608-000001' },
  })
  expect(await caller.call('POST', `/creditnotes/${late.id}/finalize`, target)).toMatchObject({
    status: 409,
    body: { details: { fields: { 'line_items[0].amount': expect.stringContaining('at most 6') } } },
  })
  const wallet = { refund_target: 'PREPAID_WALLET' }
  expect(await caller.call('POST', `/creditnotes/${draft.id}/finalize`, wallet)).toMatchObject({
    status: 409,
  })
})

test('voiding an unused adjustment makes due again what it lowered; its number stays', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  await caller.create('/payments', payment(invoiceId, { amount: '3' }))
  const note = await addNote(caller, invoiceId, '7')
  expect(await moneyOf(caller, invoiceId)).toMatchObject({
    payment_status: 'SUCCEEDED',
    amount_remaining: '0',
  })
  expect(await caller.call('POST', `/creditnotes/${note.id}/void`)).toMatchObject({
    status: 200,
    body: { credit_note_status: 'VOIDED', credit_note_number: 'CN-202608-000001', adjustments: [] },
  })
  const owing = { payment_status: 'PENDING', adjustment_amount: '0', amount_due: '10', amount_remaining: '7' }
  expect(await moneyOf(caller, invoiceId)).toMatchObject(owing)
  const { body } = await caller.call('GET', `/invoices/${invoiceId}/explain`)
  expect(body).toMatchObject({ adjustments: [], credit_notes: [{ credit_note_status: 'VOIDED' }] })
  // All of it can be taken back once more, under the next number.
  expect(await addNote(caller, invoiceId, '7')).toMatchObject({ credit_note_number: 'CN-202608-000002' })
})

test('an adjustment upon which somebody has paid cannot be voided', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const note = await addNote(caller, invoiceId, '4')
  await caller.create('/payments', payment(invoiceId, { amount: '6' }))
  expect(await caller.call('POST', `/creditnotes/${note.id}/void`)).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining(`invoice ${invoiceId}, which was paid since`) },
  })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ payment_status: 'SUCCEEDED', amount_due: '6' })
})

test('an invoice with finalized notes cannot be voided, which names them; with voided ones and drafts it can', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const note = await addNote(caller, invoiceId, '4')
  const draft = await addNote(caller, invoiceId, '4', asDraft)
  expect(await caller.call('POST', `/invoices/${invoiceId}/void`)).toMatchObject({
    status: 409,
    body: {
      message: expect.stringContaining('CN-202608-000001'),
      details: { used_by: 'credit_note', credit_note_ids: [note.id] },
    },
  })
  await caller.call('POST', `/creditnotes/${note.id}/void`)
  expect(await caller.call('POST', `/invoices/${invoiceId}/void`)).toMatchObject({ status: 200 })
  expect(await caller.call('POST', `/creditnotes/${draft.id}/finalize`)).toMatchObject({
    status: 409,
    body: { details: { invoice_status: 'VOIDED' } },
  })
})
