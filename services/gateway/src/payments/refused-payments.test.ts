import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const now = owingSince

test.each<[string, object, number, string | undefined]>([
  ['zero', { amount: '0' }, 400, 'amount'],
  ['negative', { amount: '-1' }, 400, 'amount'],
  ['forty digits', { amount: '1'.repeat(40) }, 400, 'amount'],
  ['a part of a cent', { amount: '1.001' }, 400, 'amount'],
  ['no number', { amount: 'ten' }, 400, 'amount'],
  ['another currency', { currency: 'eur' }, 400, 'currency'],
  ['no currency', { currency: 'xxx' }, 400, 'currency'],
  ['a customer', { destination_type: 'CUSTOMER' }, 400, 'destination_type'],
  ['a card', { payment_method_type: 'CARD' }, 400, 'payment_method_type'],
  ['a gateway', { payment_gateway: 'stripe' }, 400, 'payment_gateway'],
  ['an id of another kind', { destination_id: 'cust_1' }, 404, undefined],
  ['nothing', { destination_id: 'inv_none' }, 404, undefined],
])('refused, and nothing is kept: %s', async (_, changes, status, field) => {
  const caller = await newClockedCaller(gateway, now)
  const { invoiceId } = await addOwing(caller)
  const answer = await caller.call('POST', '/payments', payment(invoiceId, changes))
  expect(answer.status).toBe(status)
  if (field !== undefined) expect(Object.keys(problemsOf(answer))).toEqual([field])
  expect((await caller.call('GET', '/payments')).body).toMatchObject({ items: [] })
})

test('a foreign, a draft, a voided and a skipped invoice cannot be paid, nor what is foreign be seen', async () => {
  const [caller, foreign] = await Promise.all([
    newClockedCaller(gateway, now),
    newClockedCaller(gateway, now),
  ])
  const { invoiceId } = await addOwing(caller)
  expect(await foreign.call('POST', '/payments', payment(invoiceId))).toMatchObject({ status: 404 })
  const { id } = await caller.create('/payments', payment(invoiceId, { process_payment: false }))
  for (const [method, path] of [
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/process'],
  ] as const) {
    const body = method === 'PUT' ? {} : undefined
    expect(await foreign.call(method, `/payments/${id}${path}`, body)).toMatchObject({ status: 404 })
  }
  expect((await foreign.call('GET', '/payments')).body).toMatchObject({ items: [] })
  await caller.call('POST', `/invoices/${invoiceId}/void`)
  expect(await caller.call('POST', `/payments/${id}/process`)).toMatchObject({ status: 409 })
  expect(await caller.call('POST', '/payments', payment(invoiceId))).toMatchObject({ status: 409 })
  for (const invoice_status of ['DRAFT', 'SKIPPED'] as const) {
    const other = await addOwing(caller)
    const none = { invoice_number: null, finalized_at: null }
    await caller.scoped.db
      .updateTable('invoices')
      .set({ invoice_status, ...none })
      .where('id', '=', other.invoiceId)
      .execute()
    const answer = await caller.call('POST', '/payments', payment(other.invoiceId))
    expect(answer).toMatchObject({ status: 409, body: { details: { invoice_status } } })
  }
})
