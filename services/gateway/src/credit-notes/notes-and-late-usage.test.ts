import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  billLateUsage,
  billUntil,
  invoicesOf,
  linesOf,
  subscribeToUsage,
} from '../testing/late-usage-under-test.ts'
import { addNote, callNote, moneyOf } from '../testing/noted-invoice.ts'
import { payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(async () => {
  caller = await gateway.newCaller()
  await billLateUsage(caller)
})

const [september, october, november] = [
  '2026-09-01T00:00:00Z',
  '2026-10-01T00:00:00Z',
  '2026-11-01T00:00:00Z',
]
const level = { event_name: 'level', aggregation: { type: 'LATEST', field: 'value' } }

/** August is billed with 10, as a level that late events can lower. */
async function addLevel() {
  const { id, use } = await subscribeToUsage(caller, [{ meter: level, price: { amount: '1' } }])
  await use('level', '2026-08-10T00:00:00Z', '10')
  await billUntil(caller, september)
  const [august] = await invoicesOf(caller, id)
  if (!august) throw new Error('August is billed')
  return { id, use, invoiceId: august.id }
}

async function lateCredits(): Promise<number[]> {
  const rows = await caller.scoped.db.selectFrom('late_credits').select('amount').orderBy('id').execute()
  return rows.map(({ amount }) => Number(amount))
}

test('impossible: a note above what late usage has left of its line', async () => {
  const { use, invoiceId } = await addLevel()
  await use('level', '2026-08-20T00:00:00Z', '7')
  await billUntil(caller, october)
  expect(await lateCredits()).toEqual([3])
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '3', amount_due: '7' })
  expect(await callNote(caller, invoiceId, '7.01')).toMatchObject({
    status: 400,
    body: { details: { fields: { 'line_items[0].amount': expect.stringContaining('at most 7') } } },
  })
  await addNote(caller, invoiceId, '7')
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '10', amount_due: '0' })
})

test('impossible: late usage that credits once more what a note has taken back', async () => {
  const { id, use, invoiceId } = await addLevel()
  await addNote(caller, invoiceId, '8')
  await use('level', '2026-08-20T00:00:00Z', '1')
  await billUntil(caller, october)
  // 9 less, of which a note took 8: 1 and the 1 that is rated make 2.
  expect(await lateCredits()).toEqual([2])
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '10', amount_due: '0' })
  // What comes later is charged beyond what the note took.
  await use('level', '2026-08-30T00:00:00Z', '9')
  await billUntil(caller, november)
  const all = await invoicesOf(caller, id)
  expect(linesOf(all.at(-1), all).filter((text) => text !== '0')).toEqual(['1 of 08, 2'])
})

test('a note on a late line counts with the line that it was added to', async () => {
  const { id, use, invoiceId } = await addLevel()
  await use('level', '2026-08-20T00:00:00Z', '15')
  await billUntil(caller, october)
  const all = await invoicesOf(caller, id)
  const late = all[1]?.line_items.find(({ late_of }) => late_of !== undefined)
  expect(late).toMatchObject({ amount: '5' })
  const second = all[1]?.id ?? ''
  const line_items = [{ invoice_line_item_id: late?.id, amount: '5' }]
  await addNote(caller, second, '5', { line_items })
  await use('level', '2026-08-30T00:00:00Z', '2')
  await billUntil(caller, november)
  // 15 billed, 5 of them noted, rated 2: 10 are left, so that 3 of the 13 are the note's.
  expect(await lateCredits()).toEqual([10])
  expect(await callNote(caller, invoiceId, '0.01')).toMatchObject({
    status: 400,
    body: { details: { fields: { 'line_items[0].amount': expect.stringContaining('at most 0') } } },
  })
})

test('voiding a note gives late usage what it could not credit beside it', async () => {
  const { use, invoiceId } = await addLevel()
  const { id } = await addNote(caller, invoiceId, '8')
  await use('level', '2026-08-20T00:00:00Z', '1')
  await billUntil(caller, october)
  expect(await lateCredits()).toEqual([2])
  expect(await caller.call('POST', `/creditnotes/${id}/void`)).toMatchObject({ status: 200 })
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '2', amount_due: '8' })
  await billUntil(caller, november)
  expect(await lateCredits()).toEqual([2, 7])
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ adjustment_amount: '9', amount_due: '1' })
})

test('impossible: a note and late usage that together give back more than was paid', async () => {
  const { use, invoiceId } = await addLevel()
  await caller.create('/payments', payment(invoiceId, { amount: '10' }))
  await use('level', '2026-08-20T00:00:00Z', '4')
  await billUntil(caller, october)
  expect(await lateCredits()).toEqual([6])
  const target = { refund_target: 'BACK_TO_SOURCE' }
  expect(await callNote(caller, invoiceId, '4.01', target)).toMatchObject({ status: 400 })
  await addNote(caller, invoiceId, '4', target)
  // 6 of them into the wallet, by the late usage.
  expect(await moneyOf(caller, invoiceId)).toMatchObject({ amount_paid: '10', refunded_amount: '10' })
  const { body } = await caller.call('GET', '/refunds')
  expect(body).toMatchObject({
    items: [
      { amount: '4', refund_destination: 'OUT_OF_BAND', source: 'PAYMENT' },
      { amount: '6', refund_destination: 'WALLET', source: 'PAYMENT', late_credit_id: expect.any(String) },
    ],
  })
})
