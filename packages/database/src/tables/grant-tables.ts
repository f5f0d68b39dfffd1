import type { Generated } from 'kysely'
import type { Audited, BillingPeriodColumn, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'
import type { SubscriptionTable } from './subscription-tables.ts'

export interface CreditGrantTable extends Audited {
  id: string
  environment_id: string
  name: string
  scope: 'PLAN' | 'SUBSCRIPTION'
  plan_id: string | null
  subscription_id: string | null
  credits: string
  cadence: 'ONETIME' | 'RECURRING'
  period: Exclude<BillingPeriodColumn, 'ONETIME'> | null
  period_count: number | null
  proration_behavior: 'create_prorations' | 'none'
  conversion_rate: string
  topup_conversion_rate: string
  priority: number | null
  expiration_type: 'NEVER' | 'DURATION' | 'BILLING_CYCLE'
  expiration_duration: number | null
  expiration_duration_unit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR' | null
  start_date: Date | null
  end_date: Date | null
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
}

/** What of a grant was given to a subscription for a period, or is to come. */
export interface CreditGrantApplicationTable extends Audited {
  id: string
  environment_id: string
  credit_grant_id: string
  subscription_id: string
  period_start: Date
  period_end: Date | null
  /** The grant's end, as it was when this fell due. */
  grant_end_date: Date | null
  application_status: 'pending' | 'applied' | 'skipped' | 'cancelled'
  application_reason: 'first_time_recurring_credit_grant' | 'recurring_credit_grant' | 'onetime_credit_grant'
  credits: string | null
  applied_at: Date | null
  /** As it was when it was given or passed over. */
  subscription_status: SubscriptionTable['subscription_status'] | null
  failure_reason: string | null
  wallet_transaction_id: string | null
}
