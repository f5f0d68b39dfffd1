import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const now = owingSince

async function invoiceOf(caller: Caller, id: string) {
  return (await caller.call('GET', `/invoices/${id}`)).body
}

test('part-payments add up: the invoice is PENDING until nothing remains, then SUCCEEDED, each change in its history', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const first = await caller.call(
    'POST',
    '/payments',
    payment(invoiceId, { amount: '4.00', metadata: { slip: '7' } }),
  )
  expect(first).toMatchObject({
    status: 201,
    body: {
      payment_status: 'SUCCEEDED',
      amount: '4',
      invoice_number: 'INV-202608-000001',
      succeeded_at: now,
      metadata: { slip: '7' },
    },
  })
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({
    payment_status: 'PENDING',
    amount_paid: '4',
    amount_remaining: '6',
  })
  await caller.create('/payments', payment(invoiceId, { amount: 6 }))
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({
    ...{
      payment_status: 'SUCCEEDED',
      amount_paid: '10',
      amount_remaining: '0',
      overpaid_amount: '0',
      paid_at: now,
    },
  })
  const history = await caller.scoped.db
    .selectFrom('invoice_history')
    .select(['from_value', 'to_value'])
    .where('invoice_id', '=', invoiceId)
    .where('field', '=', 'payment_status')
    .execute()
  expect(history.at(-1)).toEqual({ from_value: 'PENDING', to_value: 'SUCCEEDED' })
  const listed = await caller.call('GET', `/payments?destination_id=${invoiceId}&limit=1`)
  expect(listed.body).toMatchObject({
    items: [{ amount: '6' }],
    pagination: { total: 2, limit: 1, offset: 0 },
  })
  const more = await caller.call('POST', '/payments', payment(invoiceId, { amount: '0.01' }))
  expect(more).toMatchObject({ status: 409, body: { code: 'invalid_operation' } })
})

test('what is paid beyond is told as overpaid, and taken back with the payment', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const { id } = await caller.create('/payments', payment(invoiceId, { amount: '12.5' }))
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({
    payment_status: 'OVERPAID',
    overpaid_amount: '2.5',
    amount_remaining: '0',
  })
  expect(await caller.call('POST', `/invoices/${invoiceId}/void`)).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining(id), details: { payment_ids: [id] } },
  })
  expect(await caller.call('DELETE', `/payments/${id}`)).toMatchObject({ status: 409 })
  const taken = await caller.call('PUT', `/payments/${id}`, { payment_status: 'VOIDED' })
  expect(taken).toMatchObject({ status: 200, body: { payment_status: 'VOIDED', voided_at: now } })
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({
    payment_status: 'PENDING',
    amount_paid: '0',
    amount_remaining: '10',
  })
  expect(await caller.call('PUT', `/payments/${id}`, { payment_status: 'SUCCEEDED' })).toMatchObject({
    status: 409,
  })
  expect(await caller.call('POST', `/payments/${id}/process`)).toMatchObject({ status: 409 })
  expect(await caller.call('POST', `/invoices/${invoiceId}/void`)).toMatchObject({ status: 200 })
})

test('one that is not processed moves nothing until it is, and may fail, be tried again, or be deleted', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const waiting = { process_payment: false, amount: '3' }
  const { id } = await caller.create('/payments', payment(invoiceId, waiting))
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({ amount_paid: '0' })
  const failed = await caller.call('PUT', `/payments/${id}`, {
    payment_status: 'FAILED',
    error_message: 'bounced',
  })
  expect(failed.body).toMatchObject({ payment_status: 'FAILED', error_message: 'bounced', failed_at: now })
  for (let time = 0; time < 2; time++) {
    expect(await caller.call('POST', `/payments/${id}/process`)).toMatchObject({
      body: { payment_status: 'SUCCEEDED' },
    })
  }
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({ amount_paid: '3' })
  const other = await caller.create('/payments', payment(invoiceId, waiting))
  expect(await caller.call('DELETE', `/payments/${other.id}`)).toMatchObject({ status: 200 })
  expect(await caller.call('GET', `/payments/${other.id}`)).toMatchObject({ status: 404 })
})

test('an incomplete subscription becomes active with the whole of its first invoice, not with a part', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { subscriptionId, invoiceId } = await addOwing(caller, { payment_behavior: 'default_incomplete' })
  const status = async () => (await caller.call('GET', `/subscriptions/${subscriptionId}`)).body
  expect(await status()).toMatchObject({ subscription_status: 'incomplete' })
  await caller.create('/payments', payment(invoiceId, { amount: '9.99' }))
  expect(await status()).toMatchObject({ subscription_status: 'incomplete' })
  await caller.create('/payments', payment(invoiceId, { amount: '0.01' }))
  expect(await status()).toMatchObject({ subscription_status: 'active' })
})

test('the same idempotency_key is one payment, also at once, and another request with it is a 409', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const body = payment(invoiceId, { amount: '2', idempotency_key: 'slip-7' })
  const answers = await Promise.all([1, 2, 3, 4].map(() => caller.call('POST', '/payments', body)))
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({ amount_paid: '2' })
  expect(await caller.call('POST', '/payments', { ...body, amount: '3' })).toMatchObject({ status: 409 })
})

test('ten payments at once add up, and none is lost', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const one = payment(invoiceId, { amount: '1' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => caller.call('POST', '/payments', one)))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201))
  expect(await invoiceOf(caller, invoiceId)).toMatchObject({ amount_paid: '10', payment_status: 'SUCCEEDED' })
})

test('an invoice’s payment state is told by what was paid elsewhere, never written', async () => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const tell = (body: object) => caller.call('PUT', `/invoices/${invoiceId}/payment`, body)
  const wrong = await tell({ payment_status: 'SUCCEEDED', amount: '4' })
  expect([wrong.status, problemsOf(wrong)]).toEqual([
    400,
    { payment_status: expect.stringContaining('that is PENDING') },
  ])
  expect(await tell({ payment_status: 'REFUNDED' })).toMatchObject({
    status: 400,
    body: { code: 'not_implemented' },
  })
  expect(await tell({ payment_status: 'PENDING', amount: '4' })).toMatchObject({
    status: 200,
    body: { amount_paid: '4' },
  })
  for (let time = 0; time < 2; time++) {
    expect(await tell({ payment_status: 'SUCCEEDED' })).toMatchObject({
      status: 200,
      body: { payment_status: 'SUCCEEDED', amount_paid: '10' },
    })
  }
  expect((await caller.call('GET', `/payments?destination_id=${invoiceId}`)).body).toMatchObject({
    items: [{ amount: '6', payment_method_type: 'OFFLINE' }, { amount: '4' }],
  })
})
