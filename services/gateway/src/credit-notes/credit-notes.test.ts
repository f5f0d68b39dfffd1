import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
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
const backToSource = { refund_target: 'BACK_TO_SOURCE' }
const record = z.looseObject({ id: z.string(), customer_id: z.string() })
const refunds = z.object({ items: z.array(z.looseObject({ id: z.string() })) })

test('what is due is lowered by a note on an unpaid invoice, as its answer, history and explanation tell', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const answer = await callNote(caller, invoiceId, '4', { memo: 'Slow in March', metadata: { case: '7' } })
  expect(answer).toMatchObject({
    status: 201,
    body: {
      ...{ credit_note_status: 'FINALIZED', credit_note_type: 'ADJUSTMENT', total_amount: '4' },
      ...{ credit_note_number: 'CN-202608-000001', finalized_at: now, refunded_amount: '0' },
      ...{ memo: 'Slow in March', metadata: { case: '7' }, reason: 'BILLING_ERROR' },
      line_items: [{ amount: '4', discount_amount: '0', tax_amount: '0' }],
      adjustments: [{ invoice_id: invoiceId, amount: '4' }],
      invoice: { amount_due: '6', adjustment_amount: '4' },
    },
  })
  const money = { amount_paid: '0', refunded_amount: '0' }
  const pending = {
    payment_status: 'PENDING',
    adjustment_amount: '4',
    amount_due: '6',
    amount_remaining: '6',
  }
  expect(await moneyOf(caller, invoiceId)).toEqual({ ...money, ...pending })
  const whole = await addNote(caller, invoiceId, '6')
  expect(whole).toMatchObject({ credit_note_number: 'CN-202608-000002' })
  const settled = {
    payment_status: 'SUCCEEDED',
    adjustment_amount: '10',
    amount_due: '0',
    amount_remaining: '0',
  }
  expect(await moneyOf(caller, invoiceId)).toEqual({ ...money, ...settled })
  const { body } = await caller.call('GET', `/invoices/${invoiceId}/explain`)
  expect(body).toMatchObject({
    adjustments: [
      { amount: '4', adjusted_at: now, credit_note_number: 'CN-202608-000001' },
      { amount: '6', credit_note_id: whole.id },
    ],
    credit_notes: [{ total_amount: '4' }, { total_amount: '6', credit_note_status: 'FINALIZED' }],
    history: expect.arrayContaining([
      expect.objectContaining({ field: 'payment_status', to: 'SUCCEEDED', reason: 'a credit note' }),
    ]),
  })
})

test('of a paid invoice it is money: back to the payments that brought it, oldest first, each as a refund', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const first = await caller.create('/payments', payment(invoiceId, { amount: '4' }))
  const second = await caller.create('/payments', payment(invoiceId, { amount: '6' }))
  const note = await addNote(caller, invoiceId, '5', backToSource)
  expect(note).toMatchObject({
    ...{ credit_note_type: 'REFUND', refund_status: 'SUCCEEDED', refund_target: 'BACK_TO_SOURCE' },
    ...{ total_amount: '5', refunded_amount: '5', adjustments: [] },
  })
  const paid = { payment_status: 'SUCCEEDED', amount_due: '10', amount_paid: '10', adjustment_amount: '0' }
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ ...paid, refunded_amount: '5' })
  const { body } = await caller.call('GET', `/refunds?credit_note_ids=${note.id}&only_settled=true`)
  const given = { refund_status: 'SUCCEEDED', refund_destination: 'OUT_OF_BAND', refund_reason: 'OTHER' }
  expect(body).toMatchObject({
    items: [
      { amount: '1', settled_amount: '1', payment_id: second.id, ...given },
      { amount: '4', payment_id: first.id, invoice_id: invoiceId, succeeded_at: now, ...given },
    ],
    pagination: { total: 2 },
  })
  const [refund] = refunds.parse(body).items
  expect(await caller.call('GET', `/refunds/${refund?.id}`)).toMatchObject({ status: 200, body: refund })
  expect(await caller.call('POST', `/creditnotes/${note.id}/void`)).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('has given money back') },
  })
})

test('it lowers its own invoice first, then the others of its subscription, oldest first; the rest was paid', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { subscriptionId, invoiceId } = await addOwing(caller)
  const { body } = await caller.call('GET', `/subscriptions/${subscriptionId}`)
  const { customer_id: customerId } = record.parse(body)
  const about = (sum: string, changes: object = {}) => ({
    ...{ subscription_id: subscriptionId, ...stated(sum), ...changes },
    line_items: [{ display_name: 'Hours', quantity: '1', amount: sum }],
  })
  const [older, younger] = [
    await addOneOff(caller, customerId, about('2')),
    await addOneOff(caller, customerId, about('1')),
  ]
  const foreign = await addOneOff(caller, customerId)
  const draft = await addOneOff(caller, customerId, about('5', { invoice_status: 'DRAFT' }))
  await caller.create('/payments', payment(invoiceId, { amount: '9' }))
  const note = await addNote(caller, invoiceId, '10', backToSource)
  expect(note).toMatchObject({
    ...{ credit_note_type: 'REFUND', total_amount: '10', refunded_amount: '6' },
    adjustments: [
      { invoice_id: invoiceId, amount: '1' },
      { invoice_id: older.id, amount: '2' },
      { invoice_id: younger.id, amount: '1' },
    ],
  })
  for (const [{ id }, amount_due] of [
    [older, '0'],
    [younger, '0'],
    [foreign, '30.01'],
    [draft, '5'],
  ] as const) {
    expect(await moneyOf(caller, id)).toMatchObject({ amount_due })
  }
})

test('it takes its share of discount and tax along; notes over the whole line give exactly the whole line', async () => {
  const caller = await newClockedCaller(gateway, now)
  const customer = await caller.create('/customers', { external_id: 'taxed', name: 'Ada' })
  const { id } = await addOneOff(caller, customer.id)
  const [setup, hours] = await lineIdsOf(caller, id)
  // 10 less 1 and 20.01, and 10 % on both.
  await caller.scoped.db
    .updateTable('invoices')
    .set({ total_discount: '1', total_tax: '2.9', total: '31.91', amount_due: '31.91' })
    .where('id', '=', id)
    .execute()
  await caller.scoped.db
    .updateTable('invoice_line_items')
    .set({ invoice_level_discount: '1' })
    .where('id', '=', setup ?? '')
    .execute()
  const totals: unknown[] = []
  for (const amounts of [['3.33'], ['3.33', '20.01'], ['3.34']]) {
    const line_items = amounts.map((amount, index) => ({
      invoice_line_item_id: index === 0 ? setup : hours,
      amount,
    }))
    const note = await addNote(caller, id, '1', { line_items })
    totals.push([
      note.total_amount,
      z.array(z.object({ discount_amount: z.string(), tax_amount: z.string() })).parse(note.line_items),
    ])
  }
  expect(totals).toEqual([
    ['3.3', [{ discount_amount: '0.33', tax_amount: '0.3' }]],
    [
      '25.31',
      [
        { discount_amount: '0.33', tax_amount: '0.3' },
        { discount_amount: '0', tax_amount: '2' },
      ],
    ],
    ['3.3', [{ discount_amount: '0.34', tax_amount: '0.3' }]],
  ])
  expect(await moneyOf(caller, id)).toMatchObject({ adjustment_amount: '31.91', amount_due: '0' })
})

test('an incomplete subscription becomes active with its first invoice wholly credited', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { subscriptionId, invoiceId } = await addOwing(caller, { payment_behavior: 'default_incomplete' })
  const status = async () => (await caller.call('GET', `/subscriptions/${subscriptionId}`)).body
  await addNote(caller, invoiceId, '9.99')
  expect(await status()).toMatchObject({ subscription_status: 'incomplete' })
  await addNote(caller, invoiceId, '0.01')
  expect(await status()).toMatchObject({ subscription_status: 'active' })
})
