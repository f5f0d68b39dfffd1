import { assert } from '@flexprice/domain'
import { isPositive } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { holdWallets } from './held-wallets.ts'
import { writeLedger } from './ledger.ts'
import { endedWithWallet, returnEntries } from './return-entries.ts'
import { listClosingDebits, readSpentDebits } from './spent-debits.ts'

/**
 * Gives back the credits that paid an invoice, which the caller holds and voids (billing rules, section 11): to the
 * credits that they came from, or as long as was left of them when they were spent. What comes back to a wallet that
 * was closed meanwhile goes the way of what it had then. Nothing comes back twice.
 */
export async function returnInvoiceCredits(scoped: Scoped, invoiceId: string, now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'credits come back in the transaction that voids')
  const paying = await listClosingDebits(scoped, invoiceId)
  if (paying.length === 0) return
  const wallets = await holdWallets(scoped, [...new Set(paying.map(({ walletId }) => walletId))])
  const debits = await readSpentDebits(
    scoped,
    paying.map(({ id }) => id),
  )
  const terms = {
    reason: 'INVOICE_VOID_REFUND',
    ...{ origin: 'invoice_void', keyHead: '', now },
    reference: { reference_type: 'INVOICE', reference_id: invoiceId },
  } as const
  const bookings = wallets.map((held) => {
    const own = [...debits.values()].filter(({ walletId }) => walletId === held.row.id)
    const back = own.flatMap((debit) => {
      const money = debit.amount.minus(debit.returned)
      return isPositive(money) ? returnEntries(held, { debit, money }, terms) : []
    })
    return { held, entries: [...back, ...endedWithWallet(held, back)] }
  })
  await writeLedger(scoped, bookings, now)
}
