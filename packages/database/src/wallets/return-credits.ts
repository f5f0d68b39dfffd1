import { assert } from '@flexprice/domain'
import { isPositive } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { holdWallets } from './held-wallets.ts'
import { type LedgerEntry, writeLedger } from './ledger.ts'
import { endedWithWallet, type ReturnTerms, returnEntries } from './return-entries.ts'
import { listDebitsOf, readSpentDebits } from './spent-debits.ts'

/**
 * Gives back the credits that paid an invoice as it was closed, which the caller holds and voids (billing rules, section
 * 11): to the credits that they came from, or as long as was left of them when they were spent. What comes back to a
 * wallet that was closed meanwhile goes the way of what it had then. Nothing comes back twice.
 */
export async function returnInvoiceCredits(scoped: Scoped, invoiceId: string, now: Date): Promise<void> {
  const reference = { reference_type: 'INVOICE', reference_id: invoiceId } as const
  await returnAll(scoped, { reason: 'INVOICE_VOID_REFUND', reference, origin: 'invoice_void', now })
}

/** The same of a payment of CREDITS that is voided, whose invoice the caller holds. */
export async function returnPaymentCredits(scoped: Scoped, paymentId: string, now: Date): Promise<void> {
  const reference = { reference_type: 'PAYMENT', reference_id: paymentId } as const
  await returnAll(scoped, { reason: 'CREDIT_ADJUSTMENT', reference, origin: 'payment_void', now })
}

async function returnAll(
  scoped: Scoped,
  { reference, ...how }: Omit<ReturnTerms, 'keyHead'> & Pick<LedgerEntry, 'reference'>,
): Promise<void> {
  assert(scoped.db.isTransaction, 'credits come back in the transaction that voids')
  const paying = await listDebitsOf(scoped, reference)
  if (paying.length === 0) return
  const wallets = await holdWallets(scoped, [...new Set(paying.map(({ walletId }) => walletId))])
  const debits = await readSpentDebits(
    scoped,
    paying.map(({ id }) => id),
  )
  const bookings = wallets.map((held) => {
    const own = [...debits.values()].filter(({ walletId }) => walletId === held.row.id)
    const back = own.flatMap((debit) => {
      const money = debit.amount.minus(debit.returned)
      return isPositive(money)
        ? returnEntries(held, { debit, money }, { ...how, reference, keyHead: '' })
        : []
    })
    return { held, entries: [...back, ...endedWithWallet(held, back)] }
  })
  await writeLedger(scoped, bookings, how.now)
}
