import { formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Answer, Caller } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { lineIdsOf } from '../testing/noted-invoice.ts'
import { addOneOff } from '../testing/one-off.ts'
import { addOwing, owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const roundsMax = 25
const atOnce = 5
const seed = 20_261_132

const step = fc.record({
  kind: fc.constantFrom(
    ...(['note', 'note', 'draft', 'finalize', 'void note', 'pay', 'pay credits', 'void payment'] as const),
  ),
  invoice: fc.nat(2),
  /** Which of those that there are. */
  pick: fc.nat(1_000),
  cents: fc.integer({ min: 1, max: 1_500 }),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** What has been made so far, to be voided and finalized. */
interface Made {
  readonly invoices: readonly { readonly id: string; readonly lines: readonly string[] }[]
  readonly notes: string[]
  readonly payments: string[]
}

const made = z.looseObject({ id: z.string() })

async function take(caller: Caller, world: Made, { kind, invoice, pick, cents }: Step): Promise<number> {
  const { id = '', lines = [] } = world.invoices[invoice] ?? {}
  const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
  const note = world.notes[pick % Math.max(1, world.notes.length)] ?? 'crnote_none'
  const call = async (into: string[], answer: Promise<Answer>) => {
    const { status, body } = await answer
    if (status === 201) into.push(made.parse(body).id)
    return status
  }
  switch (kind) {
    case 'note':
    case 'draft': {
      const line_items = [{ invoice_line_item_id: lines[pick % lines.length], amount }]
      const refund_target = pick % 2 === 0 ? 'BACK_TO_SOURCE' : 'PREPAID_WALLET'
      const target = { refund_target, process_credit_note: kind === 'note' }
      const body = { invoice_id: id, reason: 'SERVICE_ISSUE', line_items, ...target }
      return call(world.notes, caller.call('POST', '/creditnotes', body))
    }
    case 'finalize':
      return (await caller.call('POST', `/creditnotes/${note}/finalize`)).status
    case 'void note':
      return (await caller.call('POST', `/creditnotes/${note}/void`)).status
    case 'pay':
    case 'pay credits': {
      const payment_method_type = kind === 'pay' ? 'OFFLINE' : 'CREDITS'
      const body = payment(id, { amount, payment_method_type })
      return call(world.payments, caller.call('POST', '/payments', body))
    }
    case 'void payment': {
      const paid = world.payments[pick % Math.max(1, world.payments.length)] ?? 'pay_none'
      return (await caller.call('PUT', `/payments/${paid}`, { payment_status: 'VOIDED' })).status
    }
  }
}

/** What must be true at every moment, from the rows alone. */
async function checkBooks({ scoped: { db } }: Caller): Promise<{ given: string; lowered: string }> {
  const [invoices, lines, notes, noteLines, adjustments, payments, refunds] = await Promise.all([
    db.selectFrom('invoices').selectAll().execute(),
    db.selectFrom('invoice_line_items').selectAll().execute(),
    db.selectFrom('credit_notes').selectAll().execute(),
    db.selectFrom('credit_note_line_items').selectAll().execute(),
    db.selectFrom('invoice_adjustments').selectAll().where('voided_at', 'is', null).execute(),
    db.selectFrom('payments').selectAll().where('payment_status', '=', 'SUCCEEDED').execute(),
    db.selectFrom('refunds').selectAll().execute(),
  ])
  const sum = (rows: readonly { amount: string }[]) =>
    sumDecimals(rows.map(({ amount }) => readDecimal(amount)))
  const text = (rows: readonly { amount: string }[]) => formatDecimal(sum(rows))
  const final = new Set(notes.filter((n) => n.credit_note_status === 'FINALIZED').map(({ id }) => id))
  for (const { id, adjustment_amount, amount_paid, refunded_amount } of invoices) {
    const of = <Row extends { invoice_id: string }>(rows: readonly Row[]) =>
      rows.filter(({ invoice_id }) => invoice_id === id)
    const kept = [adjustment_amount, amount_paid, refunded_amount].map((one) =>
      formatDecimal(readDecimal(one)),
    )
    expect(kept).toEqual([text(of(adjustments)), text(of(payments)), text(of(refunds))])
  }
  for (const { id, amount } of payments) {
    const back = sum(refunds.filter(({ payment_id }) => payment_id === id))
    expect(back.lte(readDecimal(amount))).toBe(true)
  }
  expect(sum(refunds).lte(sum(payments))).toBe(true)
  for (const { id, amount } of lines) {
    const back = sum(noteLines.filter((l) => l.invoice_line_item_id === id && final.has(l.credit_note_id)))
    expect(back.lte(readDecimal(amount))).toBe(true)
  }
  const total = sumDecimals(
    notes.filter(({ id }) => final.has(id)).map(({ total_amount }) => readDecimal(total_amount)),
  )
  expect(formatDecimal(total)).toBe(formatDecimal(sum(adjustments).plus(sum(refunds))))
  const numbers = notes.flatMap(({ credit_note_number: number }) => number ?? []).toSorted()
  expect(numbers).toEqual(numbers.map((_, index) => `CN-202608-${String(index + 1).padStart(6, '0')}`))
  return { given: text(refunds), lowered: text(adjustments) }
}

/** No credit is lost, made or spent twice, and what comes back is what had been spent. */
async function checkWallets({ scoped: { db } }: Caller): Promise<void> {
  const [wallets, rows, refunds] = await Promise.all([
    db.selectFrom('wallets').selectAll().execute(),
    db.selectFrom('wallet_ledger').selectAll().execute(),
    db.selectFrom('refunds').selectAll().where('refund_destination', '=', 'WALLET').execute(),
  ])
  const total = (values: readonly string[]) => formatDecimal(sumDecimals(values.map(readDecimal)))
  for (const { id, credit_balance } of wallets) {
    const own = rows.filter(({ wallet_id }) => wallet_id === id)
    const moved = own.map(({ type, credit_amount }) =>
      type === 'debit' ? `-${credit_amount}` : credit_amount,
    )
    const sums = [own.map(({ credits_available }) => credits_available), moved].map(total)
    expect(sums).toEqual([total([credit_balance]), total([credit_balance])])
  }
  const given = rows.filter((row) => ['CREDIT_ADJUSTMENT', 'CREDIT_NOTE'].includes(row.transaction_reason))
  const byNotes = given.filter(({ origin }) => origin === 'credit_note').map(({ amount }) => amount)
  expect(total(byNotes)).toBe(total(refunds.map(({ amount }) => amount)))
  const back = given
    .filter((row) => row.transaction_reason === 'CREDIT_ADJUSTMENT')
    .map(({ amount }) => amount)
  expect(total(back)).toBe(total(rows.map(({ amount_returned }) => amount_returned)))
}

test('whatever is paid, taken back, noted and voided at once, the books add up and nobody waits for ever', async () => {
  const caller = await newClockedCaller(gateway, owingSince)
  const { subscriptionId, invoiceId } = await addOwing(caller)
  const { customer_id } = z
    .looseObject({ customer_id: z.string() })
    .parse((await caller.call('GET', `/subscriptions/${subscriptionId}`)).body)
  const about = { subscription_id: subscriptionId }
  const ids = [
    invoiceId,
    (await addOneOff(caller, customer_id, about)).id,
    (await addOneOff(caller, customer_id, about)).id,
  ]
  const invoices = await Promise.all(ids.map(async (id) => ({ id, lines: await lineIdsOf(caller, id) })))
  await addWallet(caller, { customer_id, initial_credits_to_load: '40', conversion_rate: '0.5' })
  const world: Made = { invoices, notes: [], payments: [] }
  const statuses = new Map<string, number>()
  for (const steps of fc.sample(fc.array(step, { minLength: atOnce, maxLength: atOnce }), {
    seed,
    numRuns: roundsMax,
  })) {
    const answers = await Promise.all(
      steps.map(async (one) => `${one.kind} ${await take(caller, world, one)}`),
    )
    for (const answer of answers) statuses.set(answer, (statuses.get(answer) ?? 0) + 1)
    await checkBooks(caller)
    await checkWallets(caller)
  }
  expect([...statuses.keys()].filter((answer) => / 5\d\d$/.test(answer))).toEqual([])
  // A world in which little happens would prove little.
  for (const done of [
    'note 201',
    'finalize 200',
    'void note 200',
    'pay 201',
    'pay credits 201',
    'void payment 200',
  ]) {
    expect([done, (statuses.get(done) ?? 0) > 1]).toEqual([done, true])
  }
  const { given, lowered } = await checkBooks(caller)
  expect([Number(given) > 0, Number(lowered) > 0]).toEqual([true, true])
}, 60_000)
