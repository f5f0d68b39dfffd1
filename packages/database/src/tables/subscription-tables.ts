import type { Generated } from 'kysely'
import type {
  Audited,
  BillingPeriodColumn,
  Json,
  JsonWithDefault,
  Metadata,
  RecordStatus,
} from './row-types.ts'

export type PaymentTerms =
  | '15 NET'
  | '30 NET'
  | '45 NET'
  | '60 NET'
  | '75 NET'
  | '90 NET'
  | 'END_OF_MONTH'
  | 'END_OF_NEXT_MONTH'

export interface SubscriptionTable extends Audited {
  id: string
  environment_id: string
  customer_id: string
  plan_id: string
  currency: string
  billing_period: Exclude<BillingPeriodColumn, 'ONETIME'>
  billing_period_count: Generated<number>
  billing_cycle: Generated<'anniversary' | 'calendar'>
  billing_anchor: Date
  timezone: Generated<string>
  start_date: Date
  end_date: Date | null
  current_period_start: Date
  current_period_end: Date
  subscription_status: 'active' | 'paused' | 'cancelled' | 'incomplete' | 'trialing' | 'draft'
  trial_start: Date | null
  trial_end: Date | null
  /** What lies before counts as billed, by another system. */
  bill_from: Date | null
  next_billing_at: Date | null
  payment_behavior: Generated<
    'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete' | 'default_active'
  >
  proration_behavior: Generated<'create_prorations' | 'none'>
  collection_method: Generated<'charge_automatically' | 'send_invoice'>
  payment_terms: PaymentTerms | null
  idempotency_key: string | null
  request_hash: string | null
  draft_request: Json<Readonly<Record<string, unknown>> | null> | null
  activated_at: Date | null
  lookup_key: string | null
  metadata: JsonWithDefault<Metadata>
  warnings: JsonWithDefault<readonly string[]>
  synced_price_sequence: number
  /** The end that a cancellation has set, and `end_date` with it. */
  cancel_at: Date | null
  cancel_at_period_end: Generated<boolean>
  /** Whether it has pauses, be they to come. */
  was_paused: Generated<boolean>
  /** Of the period that a cancellation cuts: it goes before the subscription's own. */
  cancel_proration_behavior: 'create_prorations' | 'none' | null
  version: Generated<number>
  status: Generated<RecordStatus>
}

export interface SubscriptionLineItemTable extends Audited {
  id: string
  environment_id: string
  subscription_id: string
  price_id: string
  quantity: string
  start_date: Date
  end_date: Date | null
  ended_by: 'price' | 'user' | null
  user_end: Date | null
  /** By which changes it came and went. */
  opened_by_change: string | null
  closed_by_change: string | null
  /** The line of another price that it carries on as one chain. */
  carries_line_id: string | null
  /** That its subscription's grid was, until a change ended it at that instant. */
  former_grid: Json<FormerGridColumn | null> | null
  metadata: Json<Metadata | null> | null
}

/** Instants as ISO texts. */
export interface FormerGridColumn {
  readonly anchor: string
  readonly period: SubscriptionTable['billing_period']
  readonly count: number
  readonly until: string
}

/** A time in which a subscription's lines stand still. */
export interface SubscriptionPauseTable extends Audited {
  id: string
  environment_id: string
  subscription_id: string
  pause_status: 'scheduled' | 'active' | 'completed' | 'cancelled'
  pause_mode: 'immediate' | 'period_end'
  pause_start: Date
  pause_end: Date | null
  proration_behavior: 'create_prorations' | 'none'
  resume_proration_behavior: 'create_prorations' | 'none' | null
  original_period_start: Date
  original_period_end: Date
  resumed_at: Date | null
  reason: Generated<string>
  metadata: JsonWithDefault<Metadata>
}

export interface PlanSubscriptionCountTable {
  environment_id: string
  plan_id: string
  slot: number
  subscriptions: number
}
