import type { ChangedResources, SubscriptionPlanChangeResponse } from '@flexprice/contracts/changes'
import type { InvoiceResponse } from '@flexprice/contracts/invoices'
import type { WalletTransactionResponse } from '@flexprice/contracts/wallets'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { z } from 'zod'
import { prorationDetails } from './proration-details.ts'

/** Without the subscription itself, which is read. */
export function planChangeResponse(
  result: SubscriptionChangeResult,
  made: MadeByChange,
  behaviour: SubscriptionPlanChangeResponse['billing_period']['behaviour'],
): Omit<SubscriptionPlanChangeResponse, 'subscription'> {
  const { is_scheduled, schedule_id, effective_at, after, coming_period: period = after } = result
  return {
    change_type: result.change_type,
    effective_at: new Date(effective_at),
    is_scheduled,
    ...(is_scheduled ? { scheduled_at: new Date(effective_at) } : {}),
    ...(schedule_id === null ? {} : { schedule_id }),
    superseded_schedules: result.superseded_schedules,
    from_plan: result.from_plan,
    to_plan: result.to_plan,
    billing_period: {
      behaviour,
      billing_anchor: new Date(period.billing_anchor),
      current_period_start: new Date(period.current_period_start),
      current_period_end: new Date(period.current_period_end),
    },
    changed_resources: changedResources(result, made),
    ...changedMoney(result),
    warnings: result.warnings,
  }
}

/** None of what waits for its boundary. */
export function changedMoney(
  result: SubscriptionChangeResult,
): Pick<SubscriptionPlanChangeResponse, 'proration' | 'credits'> {
  if (result.is_scheduled) return {}
  return {
    proration: prorationDetails(result),
    credits: result.credits.map(({ period_start, period_end, ...credit }) => ({
      ...credit,
      period_start: new Date(period_start),
      period_end: new Date(period_end),
    })),
  }
}

/** What a change has billed, and given back to wallets. */
export interface MadeByChange {
  readonly invoices: readonly InvoiceResponse[]
  readonly walletCredits: readonly WalletTransactionResponse[]
}

/** What a change has made, ended, billed and given back; of a preview, what it would. */
export function changedResources(
  { change_id, lines, after }: SubscriptionChangeResult,
  { invoices, walletCredits }: MadeByChange,
): ChangedResources {
  const status = change_id === null ? 'preview' : 'issued'
  return {
    invoices: [
      ...invoices.map((invoice) => ({ id: invoice.id, action: 'created', status, invoice }) as const),
      ...walletCredits.map(
        (wallet_transaction) =>
          ({ id: wallet_transaction.id, action: 'wallet_credit', status, wallet_transaction }) as const,
      ),
    ],
    line_items: lines.map(({ start_date, end_date, ...line }) => ({
      ...line,
      subscription_id: after.id,
      start_date: new Date(start_date),
      ...(end_date === null ? {} : { end_date: new Date(end_date) }),
    })),
    subscriptions: [
      {
        id: after.id,
        action: 'updated',
        status: subscriptionStatus.parse(after.status),
        current_period_end: new Date(after.current_period_end),
        ...(after.trial_end === null ? {} : { trial_end: new Date(after.trial_end) }),
      },
    ],
  }
}

const subscriptionStatus = z.enum(['active', 'paused', 'cancelled', 'incomplete', 'trialing', 'draft'])
