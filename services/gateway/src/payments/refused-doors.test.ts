import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet, balanceOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Each way in which an invoice is said to be paid, as far as it takes an invoice. */
const doors: readonly [
  string,
  (caller: ClockedCaller, invoiceId: string) => ReturnType<ClockedCaller['call']>,
][] = [
  ['money', (caller, id) => caller.call('POST', '/payments', payment(id))],
  [
    'credits',
    (caller, id) => caller.call('POST', '/payments', payment(id, { payment_method_type: 'CREDITS' })),
  ],
  ['what was paid elsewhere', (caller, id) => caller.call('PUT', `/invoices/${id}/payment`, told)],
  ['an attempt', (caller, id) => caller.call('POST', `/invoices/${id}/payment/attempt`)],
]
const told = { payment_status: 'SUCCEEDED' }

async function owing() {
  const caller = await newClockedCaller(gateway, owingSince)
  const { invoiceId } = await addOwing(caller)
  const { body } = await caller.call('GET', `/invoices/${invoiceId}`)
  return { caller, invoiceId, customerId: z.looseObject({ customer_id: z.string() }).parse(body).customer_id }
}

async function paymentsOf(caller: ClockedCaller): Promise<unknown> {
  return (await caller.call('GET', '/payments')).body
}

test.each([
  ['zero', '0'],
  ['negative', '-1'],
  ['forty digits', '1'.repeat(40)],
  ['a part of a cent', '1.001'],
  ['no number', 'ten'],
])('of what was paid elsewhere an amount is refused by its name: %s', async (_, amount) => {
  const { caller, invoiceId } = await owing()
  const answer = await caller.call('PUT', `/invoices/${invoiceId}/payment`, {
    payment_status: 'PENDING',
    amount,
  })
  expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, ['amount']])
  expect(await paymentsOf(caller)).toMatchObject({ items: [] })
})

test.each(doors)('by %s nobody pays a foreign, a draft, a skipped or a voided invoice', async (_, pay) => {
  const { caller, invoiceId, customerId } = await owing()
  // What could pay is there.
  const wallet = await addWallet(caller, { customer_id: customerId, initial_credits_to_load: '50' })
  const foreign = await newClockedCaller(gateway, owingSince)
  expect(await pay(foreign, invoiceId)).toMatchObject({ status: 404 })
  for (const invoice_status of ['DRAFT', 'SKIPPED', 'VOIDED'] as const) {
    const none = { invoice_number: null, finalized_at: null, voided_at: new Date(owingSince) }
    await caller.scoped.db
      .updateTable('invoices')
      .set({ invoice_status, ...none })
      .where('id', '=', invoiceId)
      .execute()
    const answer = await pay(caller, invoiceId)
    expect(answer).toMatchObject({
      status: 409,
      body: { details: { invoice_status } },
    })
  }
  expect(await paymentsOf(caller)).toMatchObject({ items: [] })
  expect(await balanceOf(caller, wallet.id)).toBe('50')
})

test('a paid invoice is paid by nobody once more, and that it is may be told again', async () => {
  const { caller, invoiceId, customerId } = await owing()
  await caller.create('/payments', payment(invoiceId))
  const wallet = await addWallet(caller, { customer_id: customerId, initial_credits_to_load: '50' })
  const answers: [string, number][] = []
  for (const [door, pay] of doors.toReversed()) answers.push([door, (await pay(caller, invoiceId)).status])
  expect(answers).toEqual([
    ['an attempt', 409],
    ['what was paid elsewhere', 200],
    ['credits', 409],
    ['money', 409],
  ])
  expect(await balanceOf(caller, wallet.id)).toBe('50')
  expect((await caller.call('GET', `/invoices/${invoiceId}`)).body).toMatchObject({
    ...{ payment_status: 'SUCCEEDED', amount_paid: '10', amount_remaining: '0' },
  })
})

test.each<[string, (caller: ClockedCaller, customerId: string) => Promise<unknown>]>([
  ['there is no wallet', async () => undefined],
  [
    'the wallet is closed',
    async (caller, customer_id) => {
      const { id } = await addWallet(caller, { customer_id, initial_credits_to_load: '50' })
      await caller.call('POST', `/wallets/${id}/terminate`)
    },
  ],
  [
    'the wallet is of another currency',
    (caller, customer_id) =>
      addWallet(caller, { customer_id, currency: 'eur', initial_credits_to_load: '50' }),
  ],
])('credits pay nothing where %s', async (_, prepare) => {
  const { caller, invoiceId, customerId } = await owing()
  await prepare(caller, customerId)
  for (const [door, pay] of doors.filter(([name]) => name === 'credits' || name === 'an attempt')) {
    const answer = await pay(caller, invoiceId)
    expect(answer, door).toMatchObject({ status: 409, body: { details: { payable_amount: '0' } } })
  }
  expect(await paymentsOf(caller)).toMatchObject({ items: [] })
})
