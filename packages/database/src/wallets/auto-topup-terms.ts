import { type FieldProblem, invalid } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { costOfCredits } from '@flexprice/domain/wallet'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { WalletTable } from '../tables/wallet-tables.ts'

type WalletRow = Selectable<WalletTable>

/** What somebody asks of automatic top-ups: what is left out stays. Decimal texts, in credits. */
export interface AskedAutoTopUp {
  readonly enabled?: boolean | undefined
  readonly threshold?: string | undefined
  readonly amount?: string | undefined
  readonly invoicing?: boolean | undefined
  readonly cooldown?: { readonly value: number; readonly unit: CooldownUnit } | undefined
}

type CooldownUnit = NonNullable<WalletTable['auto_topup_cooldown_unit']>

export type AutoTopUpTerms = Pick<
  WalletRow,
  | 'auto_topup_enabled'
  | 'auto_topup_threshold'
  | 'auto_topup_credits'
  | 'auto_topup_invoicing'
  | 'auto_topup_cooldown_value'
  | 'auto_topup_cooldown_unit'
>

export const noAutoTopUp: AutoTopUpTerms = {
  ...{ auto_topup_enabled: false, auto_topup_threshold: null, auto_topup_credits: null },
  ...{ auto_topup_invoicing: false, auto_topup_cooldown_value: null, auto_topup_cooldown_unit: null },
}

/** What a wallet has then. @throws validation_error that names what is missing, or buys nothing */
export function autoTopUpTerms(
  asked: AskedAutoTopUp,
  before: AutoTopUpTerms,
  { topup_conversion_rate, currency }: Pick<WalletRow, 'topup_conversion_rate' | 'currency'>,
): AutoTopUpTerms {
  const { cooldown } = asked
  const terms = {
    auto_topup_enabled: asked.enabled ?? before.auto_topup_enabled,
    auto_topup_threshold: positiveOr(asked.threshold, before.auto_topup_threshold),
    auto_topup_credits: positiveOr(asked.amount, before.auto_topup_credits),
    auto_topup_invoicing: asked.invoicing ?? before.auto_topup_invoicing,
    auto_topup_cooldown_value: cooldown?.value ?? before.auto_topup_cooldown_value,
    auto_topup_cooldown_unit: cooldown?.unit ?? before.auto_topup_cooldown_unit,
  }
  if (!terms.auto_topup_enabled) return terms
  const problems: FieldProblem[] = []
  if (terms.auto_topup_threshold === null) {
    problems.push({ path: 'auto_topup.threshold', message: 'must be more than 0: nothing is below that' })
  }
  const cost = costOfCredits(
    readDecimal(terms.auto_topup_credits ?? '0'),
    readDecimal(topup_conversion_rate),
    currency,
  )
  if (terms.auto_topup_credits === null || (terms.auto_topup_invoicing && !isPositive(cost))) {
    problems.push({ path: 'auto_topup.amount', message: 'must be more than 0, and cost something' })
  }
  if (problems.length > 0) throw invalid(problems)
  return terms
}

/** 0 is what clients send for nothing. */
function positiveOr(asked: string | undefined, before: string | null): string | null {
  if (asked === undefined) return before
  return isPositive(readDecimal(asked)) ? asked : null
}

/** Whether a wallet is to be topped up, as it is by now. The caller holds it, or has just made it. */
export async function refreshTopUpDue(scoped: Scoped, walletId: string, now: Date): Promise<void> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  await sql`
    update wallets w set topup_due_at = topup_due(w, w.credit_balance, ${updated_at}), updated_at = ${updated_at},
      updated_by = ${updated_by}
    where w.environment_id = ${scoped.scope.environmentId} and w.id = ${walletId}
      and (w.auto_topup_enabled or w.topup_due_at is not null)`.execute(scoped.db)
}
