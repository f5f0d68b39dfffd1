import type { WalletResponse } from '@flexprice/contracts/wallets'
import type { Scoped } from '@flexprice/database/connection'
import { type CreditSplit, splitCredits, type WalletRow } from '@flexprice/database/wallets'
import type { Scope } from '@flexprice/domain'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import { moneyOfCredits } from '@flexprice/domain/wallet'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'

/** Wallets with what of their credits was paid for: one query, however many. */
export async function walletResponses(scoped: Scoped, rows: readonly WalletRow[]): Promise<WalletResponse[]> {
  const splits = await splitCredits(
    scoped,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => walletResponse(scoped.scope, row, splits.get(row.id)))
}

function walletResponse(scope: Scope, row: WalletRow, split: CreditSplit | undefined): WalletResponse {
  const balance = moneyOfCredits(
    readDecimal(row.credit_balance),
    readDecimal(row.conversion_rate),
    row.currency,
  )
  return {
    ...recordResponse(scope, row),
    status: row.status,
    customer_id: row.customer_id,
    name: row.name,
    description: row.description,
    currency: row.currency,
    wallet_type: row.wallet_type,
    wallet_status: row.wallet_status,
    conversion_rate: decimalText(row.conversion_rate),
    topup_conversion_rate: decimalText(row.topup_conversion_rate),
    balance: formatDecimal(balance),
    credit_balance: decimalText(row.credit_balance),
    credits_available_breakdown: {
      free: decimalText(split?.free ?? '0'),
      purchased: decimalText(split?.purchased ?? '0'),
    },
    auto_topup: autoTopUpOf(row),
    config: { allowed_price_types: [row.allowed_price_types] },
    metadata: { ...row.metadata },
  }
}

/** Undefined for one that has never had any. */
function autoTopUpOf(row: WalletRow): WalletResponse['auto_topup'] {
  const { auto_topup_threshold: threshold, auto_topup_credits: amount } = row
  const { auto_topup_cooldown_value: value, auto_topup_cooldown_unit: unit } = row
  if (threshold === null && amount === null) return undefined
  return {
    enabled: row.auto_topup_enabled,
    threshold: threshold === null ? undefined : decimalText(threshold),
    amount: amount === null ? undefined : decimalText(amount),
    invoicing: row.auto_topup_invoicing,
    cooldown: value === null || unit === null ? undefined : { value, unit },
  }
}
