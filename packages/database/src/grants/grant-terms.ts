import { assert } from '@flexprice/domain'
import { readDecimal } from '@flexprice/domain/money'
import {
  firstDueAt,
  type GrantExpiry,
  type GrantedSubscription,
  type GrantTerms,
} from '@flexprice/domain/wallet'
import type { Selectable } from 'kysely'
import { newId } from '../connection/ids.ts'
import type { NewRecord } from '../connection/insert-records.ts'
import type { CreditGrantApplicationTable, CreditGrantTable } from '../tables/grant-tables.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'

type Grant = Omit<
  Selectable<CreditGrantTable>,
  'environment_id' | 'status' | `${'created' | 'updated'}_${'at' | 'by'}`
>

/** Of a subscription's row what decides what is granted to it. */
export type GrantedRow = Pick<
  Selectable<SubscriptionTable>,
  | 'billing_anchor'
  | 'billing_period'
  | 'billing_period_count'
  | 'timezone'
  | 'start_date'
  | 'end_date'
  | 'trial_end'
  | 'bill_from'
>

/** Columns of a row as the domain's rules see them. */
export function grantTermsOf(row: Grant): GrantTerms {
  return {
    credits: readDecimal(row.credits),
    every: row.period === null ? null : { period: row.period, count: row.period_count ?? 1 },
    prorates: row.proration_behavior === 'create_prorations',
    start: row.start_date,
    end: row.end_date,
    expiry: expiryOf(row),
  }
}

function expiryOf({ expiration_type: type, ...row }: Grant): GrantExpiry {
  if (type !== 'DURATION') return { type }
  const { expiration_duration: count, expiration_duration_unit: unit } = row
  assert(count !== null && unit !== null, 'a duration has its count and unit')
  return { type, count, unit }
}

export function grantedSubscriptionOf(row: GrantedRow): GrantedSubscription {
  return {
    grid: {
      anchor: row.billing_anchor,
      period: row.billing_period,
      count: row.billing_period_count,
      timeZone: row.timezone,
    },
    start: row.start_date,
    end: row.end_date,
    trialEnd: row.trial_end,
  }
}

export type NewApplication = NewRecord<CreditGrantApplicationTable>

/** What is to come first of a grant to a subscription: one, or none where another system has given it. */
export function firstApplications(
  grant: Grant,
  subscription: GrantedRow & { readonly id: string },
): NewApplication[] {
  const { grid, start } = grantedSubscriptionOf(subscription)
  const at = firstDueAt(grantTermsOf(grant), { grid, start, billFrom: subscription.bill_from })
  if (at === null) return []
  const reason = grant.cadence === 'ONETIME' ? 'onetime_credit_grant' : 'first_time_recurring_credit_grant'
  return [applicationAt(grant, subscription, { at, reason })]
}

/** What is to come at an instant; behind an end it waits until that is moved. */
export function applicationAt(
  grant: Pick<Grant, 'id' | 'end_date'>,
  subscription: { readonly id: string; readonly end_date: Date | null },
  { at, reason }: { at: Date; reason: NewApplication['application_reason'] },
): NewApplication {
  const isOver = [grant.end_date, subscription.end_date].some((end) => end !== null && end <= at)
  return {
    id: newId('creditGrantApplication'),
    credit_grant_id: grant.id,
    subscription_id: subscription.id,
    period_start: at,
    period_end: null,
    grant_end_date: grant.end_date,
    application_status: isOver ? 'cancelled' : 'pending',
    application_reason: reason,
    credits: null,
    applied_at: null,
    subscription_status: null,
    failure_reason: null,
    wallet_transaction_id: null,
  }
}
