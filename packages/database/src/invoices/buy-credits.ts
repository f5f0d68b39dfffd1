import { assert } from '@flexprice/domain'
import { formatDecimal } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import type { BillingReason } from '../tables/invoice-tables.ts'
import { type BookedCredit, bookCredits, type NewCredit } from '../wallets/book-credits.ts'
import { finalizeInvoices } from './finalize-invoices.ts'
import type { NewInvoice } from './invoice-writes.ts'

/** Credits that a customer buys for a wallet by an invoice. */
export interface CreditPurchase {
  readonly customerId: string
  readonly currency: string
  readonly billingReason: Extract<BillingReason, 'MANUAL' | 'WALLET_AUTO_TOPUP'>
  /** The first is what is bought, its amount what the invoice is of; others come with it. */
  readonly credits: readonly Omit<NewCredit, 'reference' | 'isPending' | 'parent'>[]
}

/**
 * Sells credits by invoices (billing rules, section 11): each is FINALIZED at once, of the type CREDIT, which credits
 * never pay, and its credits wait until it is paid. In the caller's transaction, the numbers last: a fixed number of
 * statements, however many. Idempotent by the credits' keys.
 *
 * @returns of each what is bought, in the order given
 * @throws as `bookCredits`
 */
export async function buyCredits(
  scoped: Scoped,
  purchases: readonly CreditPurchase[],
  now: Date,
): Promise<readonly BookedCredit[]> {
  assert(scoped.db.isTransaction, 'credits and the invoice that buys them are written together')
  const wanted: NewCredit[] = []
  const firsts: number[] = []
  const invoices = purchases.map((purchase) => {
    const invoice = invoiceOf(purchase, now)
    const reference = { reference_type: 'INVOICE', reference_id: invoice.invoice.id } as const
    const first = wanted.length
    firsts.push(first)
    for (const [index, credit] of purchase.credits.entries()) {
      const parent = index === 0 ? {} : { parent: first }
      wanted.push({ ...credit, ...parent, reference, isPending: true })
    }
    return invoice
  })
  const booked = await bookCredits(scoped, wanted, now)
  const bought = firsts.flatMap((first) => booked[first] ?? [])
  assert(bought.length === purchases.length, 'every purchase buys something')
  const made = invoices.filter((_, index) => bought[index]?.replayed === false)
  await finalizeInvoices(
    scoped,
    made.map((unwritten) => ({ ...unwritten.invoice, unwritten, dueDate: null, seenBy: null })),
    now,
  )
  return bought
}

function invoiceOf({ customerId, currency, billingReason, credits }: CreditPurchase, now: Date): NewInvoice {
  const [bought] = credits
  assert(bought, 'a purchase buys something')
  const id = newId('invoice')
  const [sum, quantity] = [formatDecimal(bought.amount), formatDecimal(bought.credits)]
  return {
    invoice: {
      ...{ id, customer_id: customerId, subscription_id: null, currency, invoice_type: 'CREDIT' },
      ...{ billing_reason: billingReason, request_key: id },
      ...{ invoice_status: 'DRAFT', payment_status: 'PENDING' },
      ...{ billing_period: null, billing_period_count: null, billing_anchor: null, timezone: null },
      ...{ period_start: null, period_end: null },
      ...{ subtotal: sum, total_discount: '0', total_tax: '0', total_prepaid_credits_applied: '0' },
      ...{ total: sum, adjustment_amount: '0', amount_due: sum, amount_paid: '0' },
      ...{ description: bought.description ?? '', metadata: {} },
      ...{ issue_date: null, due_date: null, finalize_at: null, finalized_at: null },
      ...{ paid_at: null, voided_at: null, last_computed_at: now },
    },
    lines: [
      {
        id: newId('invoiceLineItem'),
        ...{ subscription_line_item_id: null, plan_id: null, price_id: null, price_type: 'FIXED' },
        ...{ display_name: 'Credits', plan_display_name: '', quantity, amount: sum, is_credit: false },
        ...{ line_item_discount: '0', invoice_level_discount: '0', period_start: now, period_end: now },
        explanation: { currency, bought: { credits: quantity, amount: sum, wallet_id: bought.walletId } },
        ...{ warnings: [], metadata: {}, late_of: null, revision: null },
      },
    ],
  }
}
