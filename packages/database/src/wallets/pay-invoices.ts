import { assert } from '@flexprice/domain'
import { type Decimal, sumDecimals } from '@flexprice/domain/money'
import { type Bill, type BillLine, type CreditPayment, payBills } from '@flexprice/domain/wallet'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { type HeldWallet, holdPayingWallets, readPayingWallets } from './held-wallets.ts'
import { type LedgerEntry, writeLedger } from './ledger.ts'

/** A bill without its lines. */
export type BillHead = Omit<Bill, 'lines'>

/**
 * Pays invoices that are being closed, in the order given, from their customers' wallets (billing rules, section 11):
 * a fixed number of statements however many invoices and wallets, one where nobody has credits. In the transaction that
 * closes them, after their own locks and before numbers are taken; what is paid is the caller's to write.
 *
 * @param how `linesOf` reads the lines of invoices whose customers have credits, at most once
 */
export async function payInvoices(
  scoped: Scoped,
  heads: readonly BillHead[],
  {
    linesOf,
    now,
  }: {
    linesOf: (invoiceIds: readonly string[]) => Promise<ReadonlyMap<string, readonly BillLine[]>>
    now: Date
  },
): Promise<readonly CreditPayment[]> {
  assert(scoped.db.isTransaction, 'credits are spent in the transaction that closes what they pay')
  const wallets = await holdPayingWallets(
    scoped,
    heads.map(({ customerId }) => customerId),
  )
  if (wallets.length === 0) return []
  const owners = new Set(wallets.map(({ row }) => ownerOf(row.customer_id, row.currency)))
  const payable = heads.filter(({ customerId, currency }) => owners.has(ownerOf(customerId, currency)))
  const lines = await linesOf(payable.map(({ invoiceId }) => invoiceId))
  const payments = payBills(
    payable.map((head) => ({ ...head, lines: lines.get(head.invoiceId) ?? [] })),
    wallets.map(({ wallet }) => wallet),
  )
  const debits = debitsOf(payments, (one) => ({ reference_type: 'INVOICE', reference_id: one.invoiceId }))
  await writeLedger(scoped, bookingsOf(wallets, debits), now)
  return payments
}

function ownerOf(customerId: string, currency: string): string {
  return `${customerId} ${currency}`
}

/** What wallets would pay of an invoice now: nothing is held or written. */
export async function previewPayments(scoped: Scoped, bill: Bill): Promise<readonly CreditPayment[]> {
  return payBills([bill], await readPayingWallets(scoped, bill.customerId))
}

/**
 * Pays so much of an invoice that its caller holds as a payment says, from its customer's wallets in their order: all of
 * it or nothing.
 *
 * @returns what they can pay: less than that, and nothing is written
 */
export async function spendCredits(
  scoped: Scoped,
  bill: Bill & { readonly upTo: Decimal },
  { paymentId, now }: { paymentId: string; now: Date },
): Promise<Decimal> {
  const wallets = await holdPayingWallets(scoped, [bill.customerId])
  const payments = payBills(
    [bill],
    wallets.map(({ wallet }) => wallet),
  )
  const paid = sumDecimals(payments.map(({ money }) => money))
  if (paid.lt(bill.upTo)) return paid
  const debits = debitsOf(payments, () => ({ reference_type: 'PAYMENT', reference_id: paymentId }))
  await writeLedger(scoped, bookingsOf(wallets, debits), now)
  return paid
}

/** Of each wallet. Their ids are in the order of the payments, whatever wallets' are: what was spent last comes back first. */
function debitsOf(
  payments: readonly CreditPayment[],
  referenceOf: (payment: CreditPayment) => LedgerEntry['reference'],
): ReadonlyMap<string, readonly LedgerEntry[]> {
  const debits = new Map<string, LedgerEntry[]>()
  for (const payment of payments) {
    const { walletId, money, credits, used } = payment
    const reference = referenceOf(payment)
    const { reference_type: type, reference_id: id } = reference
    const debit: LedgerEntry = {
      ...{ id: newId('walletTransaction'), type: 'debit', reason: 'INVOICE_PAYMENT', reference },
      ...{ credits, amount: money, breakdown: used },
      key: { origin: type.toLowerCase(), value: `${id}:${walletId}` },
    }
    debits.set(walletId, [...(debits.get(walletId) ?? []), debit])
  }
  return debits
}

function bookingsOf(wallets: readonly HeldWallet[], debits: ReadonlyMap<string, readonly LedgerEntry[]>) {
  return wallets.map((held) => ({ held, entries: debits.get(held.row.id) ?? [] }))
}
