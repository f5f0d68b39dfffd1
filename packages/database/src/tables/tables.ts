import type { BucketSize } from '@flexprice/domain/price'
import type { ColumnType, Generated } from 'kysely'
import type { SubscriptionBatchItemTable, SubscriptionBatchTable } from './batch-tables.ts'
import type {
  CalculationItemTable,
  CalculationSliceTable,
  CalculationTable,
  CalculationTotalTable,
} from './calculation-tables.ts'
import type { EntitlementTable } from './entitlement-tables.ts'
import type { EventIdTable, EventTable } from './event-tables.ts'
import type {
  InvoiceHistoryTable,
  InvoiceLineItemTable,
  InvoiceNumberCounterTable,
  InvoiceTable,
} from './invoice-tables.ts'
import type { FeatureTable, FilterValues, GroupTable, MeterTable } from './metering-tables.ts'
import type { PriceSyncRunTable, PriceSyncSliceTable } from './price-sync-tables.ts'
import type { SyncPreviewItemTable, SyncPreviewSliceTable, SyncPreviewTable } from './sync-preview-tables.ts'
import type { ApiKeyTable, EnvironmentTable, TenantTable } from './tenancy-tables.ts'

/**
 * The schema as Kysely sees it; `tables.test.ts` holds it against the live one.
 * `numeric` is a decimal string, `timestamptz` a Date (milliseconds), `bigint` a number (asserted safe).
 */
export interface Tables {
  environments: EnvironmentTable
  api_keys: ApiKeyTable
  tenants: TenantTable
  customers: CustomerTable
  plans: PlanTable
  prices: PriceTable
  groups: GroupTable
  meters: MeterTable
  features: FeatureTable
  entitlements: EntitlementTable
  subscriptions: SubscriptionTable
  subscription_line_items: SubscriptionLineItemTable
  plan_subscription_counts: PlanSubscriptionCountTable
  price_sync_runs: PriceSyncRunTable
  price_sync_slices: PriceSyncSliceTable
  invoices: InvoiceTable
  invoice_line_items: InvoiceLineItemTable
  invoice_history: InvoiceHistoryTable
  invoice_number_counters: InvoiceNumberCounterTable
  subscription_batches: SubscriptionBatchTable
  subscription_batch_items: SubscriptionBatchItemTable
  idempotency_keys: IdempotencyKeyTable
  events: EventTable
  event_ids: EventIdTable
  calculations: CalculationTable
  calculation_slices: CalculationSliceTable
  calculation_totals: CalculationTotalTable
  calculation_items: CalculationItemTable
  sync_previews: SyncPreviewTable
  sync_preview_slices: SyncPreviewSliceTable
  sync_preview_items: SyncPreviewItemTable
}

export type RecordStatus = 'published' | 'archived' | 'deleted'
export type Metadata = Readonly<Record<string, string>>
/** Written as JSON text, read as a value: node-postgres would write an array as a PostgreSQL array. */
type Json<Value> = ColumnType<Value, string, string>
export type JsonWithDefault<Value> = ColumnType<Value, string | undefined, string>

export interface Audited {
  created_at: Date
  updated_at: Date
  created_by: string
  updated_by: string
}

export interface ContactPerson {
  readonly [field: string]: unknown
}

export interface CustomerTable extends Audited {
  id: string
  environment_id: string
  external_id: string
  name: string
  email: Generated<string>
  contact: Generated<string>
  contact_persons: JsonWithDefault<readonly ContactPerson[]>
  address_line1: Generated<string>
  address_line2: Generated<string>
  address_city: Generated<string>
  address_state: Generated<string>
  address_postal_code: Generated<string>
  address_country: Generated<string>
  billing_currency: string | null
  tax_treatment: Generated<'taxable' | 'exempt'>
  timezone: Generated<string>
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
}

export interface PlanTable extends Audited {
  id: string
  environment_id: string
  name: string
  description: Generated<string>
  lookup_key: string | null
  display_order: number | null
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
  price_sequence: Generated<number>
  synced_price_sequence: Generated<number>
}

/** A step of a tier ladder as stored: decimals are strings, `up_to` null is the open end. */
export interface StoredTier {
  readonly up_to: number | null
  readonly unit_amount: string
  readonly flat_amount?: string | null
}

export type BillingPeriodColumn =
  | 'DAILY'
  | 'WEEKLY'
  | 'MONTHLY'
  | 'QUARTERLY'
  | 'HALF_YEARLY'
  | 'ANNUAL'
  | 'ONETIME'

export interface PriceTable extends Audited {
  id: string
  environment_id: string
  plan_id: string | null
  subscription_id: string | null
  root_price_id: string
  overridden_price_id: string | null
  successor_price_id: string | null
  type: 'FIXED' | 'USAGE'
  billing_model: 'FLAT_FEE' | 'PACKAGE' | 'TIERED'
  tier_mode: 'VOLUME' | 'SLAB' | null
  tiers: ColumnType<readonly StoredTier[] | null, string | null, string | null>
  amount: string | null
  divide_by: number | null
  round: 'up' | 'down' | null
  currency: string
  billing_period: BillingPeriodColumn
  billing_period_count: Generated<number>
  invoice_cadence: 'ADVANCE' | 'ARREAR'
  trial_period_days: Generated<number>
  min_quantity: number | null
  lookup_key: string | null
  display_name: Generated<string>
  description: Generated<string>
  metadata: JsonWithDefault<Metadata>
  start_date: Date
  end_date: Date | null
  sequence: Generated<number>
  meter_id: string | null
  group_id: string | null
  bucket_size: BucketSize | null
  filter_values: ColumnType<FilterValues | null, string | null, string | null>
  status: Generated<RecordStatus>
}

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
  synced_price_sequence: number
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
  metadata: Json<Metadata | null> | null
}

export interface PlanSubscriptionCountTable {
  environment_id: string
  plan_id: string
  slot: number
  subscriptions: number
}

export interface IdempotencyKeyTable {
  environment_id: string
  key: string
  fingerprint: Buffer
  created_at: Generated<Date>
  answer_status: number | null
  answer_body: string | null
}
