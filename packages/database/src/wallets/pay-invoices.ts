import { assert } from '@flexprice/domain'
import { type Bill, type BillLine, type CreditPayment, payBills } from '@flexprice/domain/wallet'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { holdPayingWallets, readPayingWallets } from './held-wallets.ts'
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
  const paymentsOf = Map.groupBy(payments, ({ walletId }) => walletId)
  const bookings = wallets.map((held) => ({
    held,
    entries: (paymentsOf.get(held.row.id) ?? []).map(debitOf),
  }))
  await writeLedger(scoped, bookings, now)
  return payments
}

function ownerOf(customerId: string, currency: string): string {
  return `${customerId} ${currency}`
}

/** What wallets would pay of an invoice that was closed now: nothing is held or written. */
export async function previewPayments(scoped: Scoped, bill: Bill): Promise<readonly CreditPayment[]> {
  return payBills([bill], await readPayingWallets(scoped, bill.customerId))
}

function debitOf({ invoiceId, walletId, money, credits, used }: CreditPayment): LedgerEntry {
  return {
    ...{ id: newId('walletTransaction'), type: 'debit', reason: 'INVOICE_PAYMENT' },
    ...{ credits, amount: money, breakdown: used },
    reference: { reference_type: 'INVOICE', reference_id: invoiceId },
    key: { origin: 'invoice', value: `${invoiceId}:${walletId}` },
  }
}
