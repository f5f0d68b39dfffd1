import { isPositive, sumDecimals } from '@flexprice/domain/money'
import { type Credit, moneyOfCredits } from '@flexprice/domain/wallet'
import { newId } from '../connection/ids.ts'
import type { HeldWallet } from './held-wallets.ts'
import type { LedgerEntry } from './ledger.ts'

/** The debit of all that is left of credits of a wallet; none where that is nothing. */
export function endCredits(
  { row, wallet }: Pick<HeldWallet, 'row' | 'wallet'>,
  ended: Iterable<Credit>,
  reason: 'WALLET_TERMINATION' | 'CREDIT_EXPIRED',
): LedgerEntry[] {
  const breakdown = [...ended].flatMap(({ id: creditId, available: credits }) =>
    isPositive(credits) ? [{ creditId, credits }] : [],
  )
  const credits = sumDecimals(breakdown.map((used) => used.credits))
  if (!isPositive(credits)) return []
  const id = newId('walletTransaction')
  return [
    {
      ...{ id, type: 'debit', reason, credits, breakdown },
      amount: moneyOfCredits(credits, wallet.conversionRate, row.currency),
      reference: { reference_type: 'EXTERNAL', reference_id: row.id },
      // Not by its key, but by what is left, is it done once.
      key: { origin: reason.toLowerCase(), value: id },
    },
  ]
}
