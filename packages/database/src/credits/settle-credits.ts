import { assert, CodedError } from '@flexprice/domain'
import { type NotRefundable, type PlannedCredit, planCredits } from '@flexprice/domain/credit-note'
import { formatDecimal, isPositive } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { type CreditedInvoices, creditGroupOf, readCreditedInvoices } from './credited-invoices.ts'
import { giveBackMoney } from './give-back-money.ts'
import { lowerInvoices } from './lower-invoices.ts'
import { creditNames, type OwedCredit, type SettledCredit } from './owed-credits.ts'

export interface SettledCredits {
  /** In the order given. */
  readonly credits: readonly SettledCredit[]
  /** What is due by now of the invoices that were lowered: decimal texts by id. */
  readonly dueOf: ReadonlyMap<string, string>
}

/**
 * The one way in which credit goes back, for notes, late usage, changes and cancellations alike (billing rules, section
 * 6): each credit lowers what is due of the invoice that billed, then of its subscription's others, oldest first; then
 * gives back the credits that paid that invoice (prepaid ones and CREDITS payments; `total` unchanged, expiry as after a
 * void); only the rest is money: credits of the customer's unrestricted wallet of rate 1, made if there is none, or
 * BACK_TO_SOURCE. Every step is a row: of `invoice_adjustments`, of `refunds`, of the wallets' ledgers.
 *
 * Set-based: a fixed number of statements for a page of credits of many subscriptions. In the caller's transaction, which
 * holds their subscriptions and has taken no number yet; invoices and wallets are held here, in the one order of locks.
 *
 * @param credits oldest first; how much a credit may be is the caller's to know: here it is the whole of it
 * @param how `closingIds`: drafts that are written and closed in this transaction, lowered last; `customerIds`: whose
 *   wallets the transaction is still to spend (those of invoices that it closes), as all are held at once
 * @throws state_conflict where BACK_TO_SOURCE is more than was paid, or credits that were bought are spent;
 *   invalid_operation where the wallet is closed just now. Nothing is written then
 */
export async function settleCredits(
  scoped: Scoped,
  credits: readonly OwedCredit[],
  {
    now,
    closingIds = [],
    customerIds = [],
  }: { now: Date; closingIds?: readonly string[]; customerIds?: readonly string[] },
): Promise<SettledCredits> {
  assert(scoped.db.isTransaction, 'credit goes back in the transaction that grants it')
  if (credits.length === 0) return { credits: [], dueOf: new Map() }
  const invoices = await readCreditedInvoices(scoped, invoiceIdsOf(credits), { closingIds, lock: true })
  const settled = planAll(credits, invoices)
  const dueOf = await lowerInvoices(scoped, settled, now)
  await giveBackMoney(scoped, settled, { invoices, customerIds, now })
  return { credits: settled, dueOf }
}

/** The same, as it would go now: nothing is held or written. A credit needs no row of its own as yet. */
export async function previewCredits(
  scoped: Scoped,
  credits: readonly OwedCredit[],
): Promise<readonly SettledCredit[]> {
  if (credits.length === 0) return []
  return planAll(credits, await readCreditedInvoices(scoped, invoiceIdsOf(credits), { lock: false }))
}

function invoiceIdsOf(credits: readonly OwedCredit[]): string[] {
  return [...new Set(credits.map(({ invoiceId }) => invoiceId))]
}

function planAll(
  credits: readonly OwedCredit[],
  { billed, openOf, paidOf }: CreditedInvoices,
): SettledCredit[] {
  const creditOf = new Map(credits.map((credit) => [credit.id, credit]))
  const groups = Map.groupBy(credits, ({ id, invoiceId, amount }) => {
    const invoice = billed.get(invoiceId)
    assert(invoice, `${invoiceId} has billed what is credited`)
    assert(isPositive(amount), `${id} is a credit of something`)
    return creditGroupOf(invoice)
  })
  const planned = new Map<string, PlannedCredit>()
  for (const [group, some] of groups) {
    const plan = planCredits(some, { open: openOf.get(group) ?? [], paidOf })
    if ('refundable' in plan) throw notRefundable(plan, creditOf)
    for (const one of plan) planned.set(one.credit.id, one)
  }
  return credits.map((credit) => {
    const plan = planned.get(credit.id)
    assert(plan, 'every credit goes somewhere')
    return { ...plan, credit }
  })
}

function notRefundable(
  { credit: { id, invoiceId }, amount, refundable }: NotRefundable,
  creditOf: ReadonlyMap<string, OwedCredit>,
): CodedError {
  const name = creditNames[creditOf.get(id)?.kind ?? 'credit_note'].replace(/^an? /, '')
  const most = formatDecimal(refundable)
  const message = `Of ${name} ${id} ${formatDecimal(amount)} would be money, and of what was paid on invoice ${invoiceId} ${most} was not given back`
  return new CodedError('state_conflict', message, { details: { refundable_amount: most } })
}
