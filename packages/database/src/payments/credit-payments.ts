import { CodedError } from '@flexprice/domain'
import { type Decimal, formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import type { Bill } from '@flexprice/domain/wallet'
import type { Scoped } from '../connection/connection.ts'
import { billLine, type InvoiceRow } from '../invoices/index.ts'
import { previewPayments, spendCredits } from '../wallets/index.ts'
import type { PaymentRow } from './payments.ts'

/**
 * Takes a payment of CREDITS from the customer's wallets, in the order in which they are spent. The caller holds the
 * invoice.
 *
 * @throws state_conflict where they have not as much, or that is more than remains: credits never overpay; or for an
 *   invoice that buys credits
 */
export async function takeCredits(
  scoped: Scoped,
  { payment, invoice }: { payment: PaymentRow; invoice: InvoiceRow },
  now: Date,
): Promise<void> {
  refuseBuying(invoice)
  const upTo = readDecimal(payment.amount)
  const remaining = readDecimal(invoice.amount_remaining)
  if (upTo.gt(remaining))
    throw notAsMuch(payment.amount, `of invoice ${invoice.id} ${formatDecimal(remaining)} remains`, remaining)
  const bill = await readBill(scoped, invoice, now)
  const paid = await spendCredits(scoped, { ...bill, upTo }, { paymentId: payment.id, now })
  if (paid.lt(upTo)) {
    const have = `the wallets of customer ${invoice.customer_id} can pay ${formatDecimal(paid)} of invoice ${invoice.id}`
    throw notAsMuch(payment.amount, have, paid)
  }
}

/** What the customer's credits could pay of an invoice by now. @throws state_conflict for one that buys credits */
export async function payableByCredits(scoped: Scoped, invoice: InvoiceRow, now: Date): Promise<Decimal> {
  refuseBuying(invoice)
  const payments = await previewPayments(scoped, await readBill(scoped, invoice, now))
  return sumDecimals(payments.map(({ money }) => money))
}

function refuseBuying({ id, invoice_type }: InvoiceRow): void {
  if (invoice_type !== 'CREDIT') return
  const message = `Invoice ${id} buys credits: it is never paid with credits`
  throw new CodedError('state_conflict', message, { details: { invoice_type } })
}

function notAsMuch(amount: string, why: string, most: Decimal): CodedError {
  const message = `Credits cannot pay ${formatDecimal(readDecimal(amount))}: ${why}`
  return new CodedError('state_conflict', message, { details: { payable_amount: formatDecimal(most) } })
}

/**
 * What remains is shared over the lines as at the closing, by what credits have not paid of each then, and less by what
 * other payments of credits have paid of each.
 */
async function readBill({ db, scope }: Scoped, invoice: InvoiceRow, now: Date): Promise<Bill> {
  const rows = await db
    .selectFrom('invoice_line_items')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('invoice_id', '=', invoice.id)
    .execute()
  const lines = rows.flatMap((row) =>
    billLine(row).map((line) => ({
      ...line,
      amount: line.amount.minus(readDecimal(row.prepaid_credits_applied)),
    })),
  )
  return {
    ...{ invoiceId: invoice.id, customerId: invoice.customer_id, currency: invoice.currency },
    // What may pay now is what has not ended by now, whatever the invoice was of.
    ...{ periodEnd: null, finalizedAt: now },
    ...{ due: readDecimal(invoice.amount_remaining), lines },
    earlier: await listCreditsPaid({ db, scope }, invoice.id),
  }
}

/** What succeeded payments took of which wallets, in the order in which they did. */
async function listCreditsPaid(
  { db, scope }: Pick<Scoped, 'db' | 'scope'>,
  invoiceId: string,
): Promise<NonNullable<Bill['earlier']>> {
  const rows = await db
    .selectFrom('payments as p')
    .innerJoin('wallet_transactions as t', 't.reference_id', 'p.id')
    .innerJoin('wallets as w', 'w.id', 't.wallet_id')
    .select(['w.allowed_price_types as allowedPriceTypes', 't.amount'])
    .where('p.environment_id', '=', scope.environmentId)
    .where('p.invoice_id', '=', invoiceId)
    .where('p.payment_method_type', '=', 'CREDITS')
    .where('p.payment_status', '=', 'SUCCEEDED')
    .where('t.environment_id', '=', scope.environmentId)
    .where('t.reference_type', '=', 'PAYMENT')
    .where('t.type', '=', 'debit')
    .where('t.transaction_reason', '=', 'INVOICE_PAYMENT')
    .orderBy('p.succeeded_at')
    .orderBy('p.id')
    // Of one payment the narrow ones went first.
    .orderBy((row) => row.case().when('w.allowed_price_types', '=', 'ALL').then(1).else(0).end())
    .execute()
  return rows.map(({ amount, ...wallet }) => ({ ...wallet, money: readDecimal(amount) }))
}
