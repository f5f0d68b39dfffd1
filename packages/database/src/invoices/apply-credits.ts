import {
  type Decimal,
  formatDecimal,
  isPositive,
  readDecimal,
  sumDecimals,
  zero,
} from '@flexprice/domain/money'
import type { BillLine, CreditPayment } from '@flexprice/domain/wallet'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { InvoiceLineItemTable } from '../tables/invoice-tables.ts'
import { payInvoices } from '../wallets/pay-invoices.ts'
import { activateSubscriptions } from './activate-subscriptions.ts'
import type { ClosingInvoice } from './closing-invoice.ts'
import type { NewInvoice } from './invoice-writes.ts'

/** An invoice with what prepaid credits pay of it: what is due is less by it already. */
export interface CreditedInvoice extends ClosingInvoice {
  /** A decimal string, in whole units. */
  readonly credits: string
}

/**
 * Pays invoices that are being closed from their customers' wallets, in the order given (billing rules, section 11), but
 * never one that buys credits. A fixed number of statements; one where nobody has credits. What it changes of invoices
 * that are written is their lines; their sums are the closing's to write.
 */
export async function applyCredits(
  scoped: Scoped,
  closings: readonly ClosingInvoice[],
  now: Date,
): Promise<readonly CreditedInvoice[]> {
  const payments = await payInvoices(scoped, closings.filter(takesCredits).map(billHead(now)), {
    linesOf: (ids) => readLines(scoped, closings, ids),
    now,
  })
  if (payments.length === 0) return closings.map((closing) => ({ ...closing, credits: '0' }))
  const paymentsOf = Map.groupBy(payments, ({ invoiceId }) => invoiceId)
  const credited = closings.map((closing) => creditedInvoice(closing, paymentsOf.get(closing.id) ?? []))
  const written = new Set(closings.filter(({ unwritten }) => unwritten === undefined).map(({ id }) => id))
  await writeLines(
    scoped,
    payments.filter(({ invoiceId }) => written.has(invoiceId)),
    now,
  )
  const paid = credited.filter(({ credits, amount_due }) => credits !== '0' && amount_due === '0')
  await activateSubscriptions(scoped, paid, now)
  return credited
}

function takesCredits({ invoice_type, amount_due }: ClosingInvoice): boolean {
  return invoice_type !== 'CREDIT' && isPositive(readDecimal(amount_due))
}

function billHead(finalizedAt: Date) {
  return ({
    id: invoiceId,
    customer_id: customerId,
    currency,
    period_end: periodEnd,
    amount_due,
  }: ClosingInvoice) => ({
    ...{ invoiceId, customerId, currency, periodEnd, finalizedAt },
    due: readDecimal(amount_due),
  })
}

/** Of those that are not written as yet from what is to be written. */
async function readLines(
  { db, scope }: Scoped,
  closings: readonly ClosingInvoice[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly BillLine[]>> {
  const wanted = new Set(ids)
  const unwritten = closings.flatMap((one) => (wanted.has(one.id) && one.unwritten ? [one.unwritten] : []))
  const known = new Map(unwritten.map(({ invoice, lines }) => [invoice.id, lines.flatMap(billLine)]))
  const others = ids.filter((id) => !known.has(id))
  if (others.length === 0) return known
  const rows = await db
    .selectFrom('invoice_line_items')
    .select([
      'id',
      'invoice_id',
      'price_type',
      'amount',
      'is_credit',
      'line_item_discount',
      'invoice_level_discount',
    ])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`invoice_id = any (${others}::text[])`)
    .execute()
  const read = Map.groupBy(rows, ({ invoice_id }) => invoice_id)
  return new Map([...known, ...[...read].map(([id, some]) => [id, some.flatMap(billLine)] as const)])
}

/** A charge after its discounts; what is due of the invoice is shared over these. */
export function billLine(
  line: Pick<NewInvoice['lines'][number], 'id' | 'price_type' | 'amount' | 'is_credit'> &
    Pick<{ [Field in keyof InvoiceLineItemTable]: string }, 'line_item_discount' | 'invoice_level_discount'>,
): BillLine[] {
  if (line.is_credit) return []
  const discounts = readDecimal(line.line_item_discount).plus(readDecimal(line.invoice_level_discount))
  return [{ id: line.id, priceType: line.price_type, amount: readDecimal(line.amount).minus(discounts) }]
}

function creditedInvoice(closing: ClosingInvoice, payments: readonly CreditPayment[]): CreditedInvoice {
  const sum = sumDecimals(payments.map(({ money }) => money))
  const credits = formatDecimal(sum)
  const less = (amount: string) => formatDecimal(readDecimal(amount).minus(sum))
  const { unwritten, amount_due } = closing
  if (unwritten === undefined || payments.length === 0)
    return { ...closing, credits, amount_due: less(amount_due) }
  const ofLine = moneyOfLines(payments)
  return {
    ...closing,
    credits,
    amount_due: less(amount_due),
    unwritten: {
      invoice: {
        ...unwritten.invoice,
        total_prepaid_credits_applied: credits,
        total: less(unwritten.invoice.total),
        amount_due: less(unwritten.invoice.amount_due),
      },
      lines: unwritten.lines.map((line) => ({
        ...line,
        prepaid_credits_applied: ofLine.get(line.id) ?? '0',
      })),
    },
  }
}

/** By line, what all wallets together pay of it. */
function moneyOfLines(payments: readonly CreditPayment[]): ReadonlyMap<string, string> {
  const sums = new Map<string, Decimal>()
  for (const { lines } of payments)
    for (const { lineId, money } of lines) sums.set(lineId, (sums.get(lineId) ?? zero).plus(money))
  return new Map([...sums].map(([id, money]) => [id, formatDecimal(money)]))
}

/** Each looks its value up by its id, as in `finalizeInvoices`. */
async function writeLines(
  { db, scope }: Scoped,
  payments: readonly CreditPayment[],
  now: Date,
): Promise<void> {
  if (payments.length === 0) return
  const money = moneyOfLines(payments)
  const { updated_at, updated_by } = change(scope, now)
  await sql`
    update invoice_line_items l set
      prepaid_credits_applied = (${JSON.stringify(Object.fromEntries(money))}::jsonb ->> l.id)::numeric,
      updated_at = ${updated_at}, updated_by = ${updated_by}
    where l.environment_id = ${scope.environmentId} and l.id = any (${[...money.keys()]}::text[])`.execute(db)
}
