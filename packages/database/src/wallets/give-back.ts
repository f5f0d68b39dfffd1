import { assert, CodedError } from '@flexprice/domain'
import { type Decimal, isPositive, sumDecimals, zero } from '@flexprice/domain/money'
import { moneyOfCredits } from '@flexprice/domain/wallet'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { ensureWallets } from './ensure-wallets.ts'
import { type HeldWallet, holdCustomerWallets } from './held-wallets.ts'
import { type LedgerEntry, writeLedger } from './ledger.ts'
import { endedWithWallet, type ReturnTerms, returnEntries } from './return-entries.ts'
import { type HeldDebit, readSpentDebits } from './spent-debits.ts'

/** So much of a debit's money comes back, to the credits that it took. */
export interface CreditReturn extends Pick<ReturnTerms, 'reason' | 'reference' | 'origin' | 'keyHead'> {
  readonly debitId: string
  readonly money: Decimal
}

/** Money that becomes credits, one for one, in the customer's unrestricted wallet of rate 1. */
export interface WalletRefund extends Pick<LedgerEntry, 'reason' | 'reference' | 'key'> {
  readonly customerId: string
  readonly currency: string
  readonly money: Decimal
}

/** Bought credits that go, as the money that has bought them is given back. */
export interface CreditTaking extends Pick<LedgerEntry, 'reason' | 'reference' | 'key'> {
  readonly walletId: string
  readonly creditId: string
  readonly credits: Decimal
  /** What they have cost. */
  readonly money: Decimal
  /** What came beside them goes as far as it is there. */
  readonly isBonus: boolean
}

export interface GivenBack {
  /** In the order of the returns and of the refunds: into which wallet each went. */
  readonly returnedTo: readonly string[]
  readonly refundedTo: readonly string[]
}

/**
 * Gives credits back, and money as credits, in a fixed number of statements (billing rules, sections 6 and 11). All
 * wallets of the customers are held, those with whose wallets the caller's transaction goes on, too: whoever holds some
 * of a customer's first, and others later, would not hold them in the order of their ids.
 *
 * @throws invalid_operation where the wallet that the money goes to is closed just now; state_conflict where what was
 *   bought has just been spent
 */
export async function giveBackCredits(
  scoped: Scoped,
  {
    returns,
    refunds,
    takings,
    customerIds,
  }: {
    returns: readonly CreditReturn[]
    refunds: readonly WalletRefund[]
    takings: readonly CreditTaking[]
    customerIds: readonly string[]
  },
  now: Date,
): Promise<GivenBack> {
  assert(scoped.db.isTransaction, 'credits come back with what gives them back')
  if (returns.length + refunds.length + takings.length === 0) return { returnedTo: [], refundedTo: [] }
  // Made before any is held: who makes one may wait for another that makes it.
  const refundedTo = await ensureWallets(scoped, refunds.map(wanted), now)
  const wallets = await holdCustomerWallets(scoped, customerIds)
  const debits = await readSpentDebits(scoped, [...new Set(returns.map(({ debitId }) => debitId))])
  const returnedTo = returns.map(({ debitId }) => expectDebit(debits, debitId).walletId)
  const bookings = wallets.map((held) => {
    const back = entriesOfReturns(
      held,
      returns.filter((_, index) => returnedTo[index] === held.row.id),
      { debits, now },
    )
    const money = refunds.filter((_, index) => refundedTo[index] === held.row.id)
    if (money.length > 0) refuseClosed(held)
    const taken = takings.flatMap((one) => (one.walletId === held.row.id ? takingEntry(held, one) : []))
    return { held, entries: [...back, ...endedWithWallet(held, back), ...taken, ...money.map(refundEntry)] }
  })
  await writeLedger(scoped, bookings, now)
  return { returnedTo, refundedTo }
}

function wanted({ customerId, currency }: WalletRefund) {
  return { customerId, currency, conversionRate: '1', topUpConversionRate: '1' }
}

function expectDebit(debits: ReadonlyMap<string, HeldDebit>, id: string): HeldDebit {
  const debit = debits.get(id)
  assert(debit, `${id} has paid with credits`)
  return debit
}

/** Of several that give back of one debit each goes on where the one before it ended. */
function entriesOfReturns(
  held: HeldWallet,
  returns: readonly CreditReturn[],
  { debits, now }: { debits: ReadonlyMap<string, HeldDebit>; now: Date },
): LedgerEntry[] {
  const current = new Map(debits)
  return returns.flatMap(({ debitId, money, ...terms }) => {
    const debit = expectDebit(current, debitId)
    const entries = returnEntries(held, { debit, money }, { ...terms, now })
    const backOf = Map.groupBy(
      entries.flatMap(({ returns: back }) => back?.used ?? []),
      ({ creditId }) => creditId,
    )
    const used = debit.used.map((one) => {
      const back = sumDecimals((backOf.get(one.creditId) ?? []).map(({ credits }) => credits))
      return { ...one, credits: one.credits.minus(back) }
    })
    current.set(debitId, { ...debit, returned: debit.returned.plus(money), used })
    return entries
  })
}

function takingEntry(
  held: HeldWallet,
  { creditId, credits, money, isBonus, ...one }: CreditTaking,
): LedgerEntry[] {
  const available = held.credits.get(creditId)?.available ?? zero
  if (available.lt(credits) && !isBonus) {
    const message = `Of the credits ${creditId} some have just been spent: ask again`
    throw new CodedError('state_conflict', message, { details: { credit_transaction_id: creditId } })
  }
  const taken = available.lt(credits) ? available : credits
  if (!isPositive(taken)) return []
  const { reason, reference, key } = one
  return [
    {
      id: newId('walletTransaction'),
      type: 'debit',
      ...{ reason, reference, key, credits: taken, breakdown: [{ creditId, credits: taken }] },
      amount: isBonus ? moneyOfCredits(taken, held.wallet.conversionRate, held.row.currency) : money,
    },
  ]
}

/** Money is owed also to whose wallet is frozen: that ends spending alone. */
function refuseClosed({ row: { id, wallet_status } }: HeldWallet): void {
  if (wallet_status !== 'closed') return
  throw new CodedError('invalid_operation', `Wallet ${id} was closed just now`, {
    details: { wallet_status },
  })
}

function refundEntry({ money, reason, reference, key }: WalletRefund): LedgerEntry {
  return {
    id: newId('walletTransaction'),
    type: 'credit',
    ...{ reason, reference, key },
    ...{ credits: money, amount: money, breakdown: [] },
    terms: { priority: null, effectiveAt: null, expiresAt: null, isPurchased: true },
  }
}
