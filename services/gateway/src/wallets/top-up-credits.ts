import type { TopUpWalletRequest } from '@flexprice/contracts/wallets'
import type { NewCredit, WalletRow } from '@flexprice/database/wallets'
import { invalid } from '@flexprice/domain'
import {
  type Decimal,
  isPositive,
  isStorable,
  isWholeUnits,
  readDecimal,
  roundMoney,
} from '@flexprice/domain/money'
import { costOfCredits, creditsBought } from '@flexprice/domain/wallet'

interface TopUp {
  readonly wallet: WalletRow
  readonly key: Omit<NewCredit['key'], 'origin'>
  readonly reference: NewCredit['reference']
}

/**
 * What a request for a top-up books: its credits, and a bonus that comes with them.
 *
 * @throws validation_error for an amount that nobody can pay, or one that buys nothing
 */
export function topUpCredits(
  asked: Omit<TopUpWalletRequest, 'idempotency_key'>,
  { wallet, key, reference }: TopUp,
): NewCredit[] {
  const isPurchased = asked.transaction_reason !== 'FREE_CREDIT_GRANT'
  const { credits, cost } = creditsAsked(asked, wallet)
  if (asked.transaction_reason === 'PURCHASED_CREDIT_INVOICED' && !isPositive(cost)) {
    throw invalid([{ path: 'credits_to_add', message: 'cost nothing: there is nothing to invoice' }])
  }
  const effectiveAt = asked.effective_date
  const bonusEnd = asked.bonus_credits_expiry_date_utc
  const common = {
    ...{ walletId: wallet.id, reference },
    description: asked.description ?? '',
    metadata: asked.metadata ?? {},
  }
  const terms = { priority: asked.priority ?? null, effectiveAt: effectiveAt ?? null }
  const bonus = readDecimal(asked.bonus_credits_to_add ?? '0')
  return [
    {
      ...{ ...common, reason: asked.transaction_reason, credits },
      amount: isPurchased ? cost : worthOf(credits, wallet),
      terms: { ...terms, expiresAt: asked.expiry_date_utc ?? null, isPurchased },
      key: { ...key, origin: 'top_up' },
      expiryField: 'expiry_date_utc',
    },
    ...(isPositive(bonus)
      ? [
          {
            ...{ ...common, reason: 'PURCHASED_CREDIT_BONUS' as const, credits: bonus, parent: 0 },
            amount: worthOf(bonus, wallet),
            terms: { ...terms, expiresAt: bonusEnd ?? null, isPurchased: false },
            key: { ...key, origin: 'top_up_bonus' },
            expiryField: 'bonus_credits_expiry_date_utc',
          },
        ]
      : []),
  ]
}

function creditsAsked(
  { credits_to_add: stated, amount }: Pick<TopUpWalletRequest, 'credits_to_add' | 'amount'>,
  { currency, topup_conversion_rate }: WalletRow,
): { readonly credits: Decimal; readonly cost: Decimal } {
  const rate = readDecimal(topup_conversion_rate)
  const given = readDecimal(stated ?? '0')
  if (isPositive(given)) return { credits: given, cost: costOfCredits(given, rate, currency) }
  const cost = readDecimal(amount ?? '0')
  if (!isWholeUnits(cost, currency))
    throw invalid([{ path: 'amount', message: `must be in whole units of ${currency}` }])
  const credits = creditsBought(cost, rate)
  if (!isPositive(credits)) throw invalid([{ path: 'amount', message: 'buys no part of a credit' }])
  if (!isStorable(credits))
    throw invalid([{ path: 'amount', message: 'buys credits of more than 20 digits' }])
  return { credits, cost }
}

/** In money, as it is spent. */
function worthOf(credits: Decimal, { conversion_rate, currency }: WalletRow): Decimal {
  return roundMoney(credits.times(readDecimal(conversion_rate)), currency)
}
