import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addNote, callNote, lineIdsOf, moneyOf, noteBody } from '../testing/noted-invoice.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const now = owingSince
const backToSource = { refund_target: 'BACK_TO_SOURCE' }

/** The numbers of all notes that have one, in their order. */
async function numbersOf({ scoped }: Caller): Promise<readonly (string | null)[]> {
  const rows = await scoped.db
    .selectFrom('credit_notes')
    .select('credit_note_number')
    .where('credit_note_number', 'is not', null)
    .orderBy('credit_note_number')
    .execute()
  return rows.map((row) => row.credit_note_number)
}

const withoutGaps = (count: number) =>
  Array.from({ length: count }, (_, index) => `CN-202608-${String(index + 1).padStart(6, '0')}`)

test('impossible: a note above what was billed', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  expect(await callNote(caller, invoiceId, '10.01')).toMatchObject({
    status: 400,
    body: { details: { fields: { 'line_items[0].amount': expect.stringContaining('at most 10') } } },
  })
  await addNote(caller, invoiceId, '9')
  expect(await callNote(caller, invoiceId, '1.01')).toMatchObject({
    status: 400,
    body: { details: { fields: { 'line_items[0].amount': expect.stringContaining('at most 1,') } } },
  })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '9' })
})

test('impossible: a note above what was billed by ten at once, or numbers with a gap', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  await caller.create('/payments', payment(invoiceId, { amount: '5' }))
  const body = await noteBody(caller, invoiceId, '3', backToSource)
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => caller.call('POST', '/creditnotes', body)),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, ...Array(7).fill(400)])
  const back = { adjustment_amount: '5', amount_due: '5', amount_paid: '5', refunded_amount: '4' }
  expect(await moneyOf(caller, invoiceId)).toMatchObject(back)
  await addNote(caller, invoiceId, '1', backToSource)
  expect(await numbersOf(caller)).toEqual(withoutGaps(4))
})

test('impossible: numbers with a gap, whatever is refused, voided or happens at once in between', async () => {
  const caller = await newClockedCaller(gateway, now)
  const invoices = await Promise.all([addOwing(caller), addOwing(caller), addOwing(caller)])
  await Promise.all(
    invoices.flatMap(({ invoiceId }) => [
      addNote(caller, invoiceId, '1'),
      callNote(caller, invoiceId, '11'),
      addNote(caller, invoiceId, '2').then(({ id }) => caller.call('POST', `/creditnotes/${id}/void`)),
      addNote(caller, invoiceId, '1', { process_credit_note: false }),
    ]),
  )
  expect(await numbersOf(caller)).toEqual(withoutGaps(6))
  await caller.moveClock('2026-09-01T00:00:00Z')
  const [first] = invoices
  expect(await addNote(caller, first?.invoiceId ?? '', '1')).toMatchObject({
    credit_note_number: 'CN-202609-000001',
  })
})

test('impossible: money given back for what was never paid', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const failed = await caller.create('/payments', payment(invoiceId, { process_payment: false }))
  await caller.create('/payments', payment(invoiceId, { amount: '4' }))
  const note = await addNote(caller, invoiceId, '9', backToSource)
  expect(note).toMatchObject({ adjustments: [{ amount: '6' }], refunded_amount: '3' })
  const { body } = await caller.call('GET', '/refunds')
  expect(body).toMatchObject({ items: [{ amount: '3' }], pagination: { total: 1 } })
  expect(await caller.call('POST', `/payments/${failed.id}/process`)).toMatchObject({ status: 409 })
})

test('impossible: money given back for what was paid by another invoice’s credits', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  // As if a credit of another invoice had lowered it by 4: those were never paid here.
  await caller.scoped.db
    .updateTable('invoices')
    .set({ adjustment_amount: '4', amount_due: '6' })
    .where('id', '=', invoiceId)
    .execute()
  await caller.create('/payments', payment(invoiceId, { amount: '6' }))
  expect(await callNote(caller, invoiceId, '7', backToSource)).toMatchObject({
    status: 409,
    body: { code: 'invalid_operation', details: { refundable_amount: '6' } },
  })
  await addNote(caller, invoiceId, '6', backToSource)
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ refunded_amount: '6', amount_paid: '6' })
})

test('impossible: a payment that is taken back after its money was given back', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const first = await caller.create('/payments', payment(invoiceId, { amount: '4' }))
  const second = await caller.create('/payments', payment(invoiceId, { amount: '6' }))
  await addNote(caller, invoiceId, '2', backToSource)
  const voided = { payment_status: 'VOIDED' }
  expect(await caller.call('PUT', `/payments/${first.id}`, voided)).toMatchObject({
    status: 409,
    body: { details: { used_by: 'refund' } },
  })
  expect(await caller.call('PUT', `/payments/${second.id}`, voided)).toMatchObject({ status: 200 })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ amount_paid: '4', refunded_amount: '2' })
})

test('impossible: payments taken back and notes at once that give back more than was paid', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const { id } = await caller.create('/payments', payment(invoiceId))
  const body = await noteBody(caller, invoiceId, '5', backToSource)
  await Promise.all([
    caller.call('POST', '/creditnotes', body),
    caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' }),
    caller.call('POST', '/creditnotes', body),
  ])
  const [refunds, invoice] = await Promise.all([
    caller.scoped.db.selectFrom('refunds').select('amount').execute(),
    caller.scoped.db.selectFrom('invoices').selectAll().where('id', '=', invoiceId).executeTakeFirstOrThrow(),
  ])
  const back = refunds.reduce((sum, { amount }) => sum + Number(amount), 0)
  expect(Number(invoice.refunded_amount)).toBe(back)
  expect(back).toBeLessThanOrEqual(Number(invoice.amount_paid))
})

test('impossible: a note on a line of another invoice', async () => {
  const caller = await newClockedCaller(gateway, now)
  const [own, other] = [await addOwing(caller), await addOwing(caller)]
  const [line] = await lineIdsOf(caller, other.invoiceId)
  const line_items = [{ invoice_line_item_id: line, amount: '1' }]
  expect(await callNote(caller, own.invoiceId, '1', { line_items })).toMatchObject({
    status: 400,
    body: {
      details: { fields: { 'line_items[0].invoice_line_item_id': 'is not a line of the invoice' } },
    },
  })
})

test('impossible: a note of a draft, a skipped, a voided or a foreign invoice, or to see a foreign note', async () => {
  const [caller, foreign] = await Promise.all([
    newClockedCaller(gateway, now),
    newClockedCaller(gateway, now),
  ])
  const { invoiceId } = await addOwing(caller)
  const body = await noteBody(caller, invoiceId, '1')
  expect(await foreign.call('POST', '/creditnotes', body)).toMatchObject({ status: 404 })
  const { id } = await addNote(caller, invoiceId, '1')
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/finalize'],
    ['POST', '/void'],
  ] as const) {
    expect(await foreign.call(method, `/creditnotes/${id}${path}`)).toMatchObject({ status: 404 })
  }
  for (const invoice_status of ['DRAFT', 'SKIPPED', 'VOIDED'] as const) {
    const other = await addOwing(caller)
    const none = invoice_status === 'VOIDED' ? {} : { invoice_number: null, finalized_at: null }
    await caller.scoped.db
      .updateTable('invoices')
      .set({ invoice_status, ...none, voided_at: invoice_status === 'VOIDED' ? new Date(now) : null })
      .where('id', '=', other.invoiceId)
      .execute()
    const answer = await callNote(caller, other.invoiceId, '1')
    expect(answer).toMatchObject({ status: 409, body: { details: { invoice_status } } })
  }
})

test('impossible: a second note by the same idempotency key, also at once; another request with it is a 409', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const body = await noteBody(caller, invoiceId, '2', { idempotency_key: 'case-7' })
  const answers = await Promise.all([1, 2, 3, 4].map(() => caller.call('POST', '/creditnotes', body)))
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '2' })
  const other = await caller.call('POST', '/creditnotes', { ...body, reason: 'DUPLICATE' })
  expect(other).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  const second = await addOwing(caller)
  const elsewhere = await callNote(caller, second.invoiceId, '2', { idempotency_key: 'case-7' })
  expect(elsewhere).toMatchObject({ status: 409 })
  // Two invoices at once with one key: one has it, the other is told to look again, and finds it used.
  const both = await Promise.all(
    [invoiceId, second.invoiceId].map((id) => callNote(caller, id, '1', { idempotency_key: 'case-8' })),
  )
  const [made, refused] = both.map(({ status }) => status).toSorted()
  expect(made).toBe(201)
  expect([409, 503]).toContain(refused)
})
