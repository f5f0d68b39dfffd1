import type {
  AggregationType,
  AllowanceReset,
  BucketSize,
  FeatureType,
  MeterFilter,
  UsageReset,
} from '@flexprice/domain'
import type { ColumnType, Generated } from 'kysely'

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
}

export type RecordStatus = 'published' | 'archived' | 'deleted'
export type Metadata = Readonly<Record<string, string>>
/** Written as JSON text, read as a value: node-postgres would write an array as a PostgreSQL array. */
type Json<Value> = ColumnType<Value, string, string>
type JsonWithDefault<Value> = ColumnType<Value, string | undefined, string>

/** How a tenant is reached and billed, as it wrote it. */
export interface TenantBillingDetails {
  readonly [field: string]: unknown
}

export interface TenantTable {
  id: string
  name: string
  status: Generated<RecordStatus>
  metadata: JsonWithDefault<Metadata>
  billing_details: JsonWithDefault<TenantBillingDetails>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface EnvironmentTable {
  id: string
  tenant_id: string
  name: string
  type: 'production' | 'development'
  clock_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface ApiKeyTable {
  id: string
  tenant_id: string
  environment_id: string
  name: string
  key_hash: Buffer
  display_id: string
  user_id: string
  created_at: Generated<Date>
  updated_at: Generated<Date>
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
  successor_key_id: string | null
}

interface Audited {
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

/** Which of its meter's events a price is for: property → the values that count. */
export type FilterValues = Readonly<Record<string, readonly string[]>>

export interface GroupTable extends Audited {
  id: string
  environment_id: string
  name: string
  lookup_key: string
  entity_type: 'price' | 'feature'
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
}

export interface MeterTable extends Audited {
  id: string
  environment_id: string
  name: string
  event_name: string
  aggregation_type: AggregationType
  field: string | null
  multiplier: string | null
  bucket_size: BucketSize | null
  group_by: string | null
  filters: JsonWithDefault<readonly MeterFilter[]>
  reset_usage: UsageReset
  status: Generated<RecordStatus>
}

/** How a feature's usage is shown to people; the rate is a decimal text. */
export interface StoredReportingUnit {
  readonly unit_singular?: string | undefined
  readonly unit_plural?: string | undefined
  readonly conversion_rate?: string | undefined
}

export interface FeatureTable extends Audited {
  id: string
  environment_id: string
  name: string
  type: FeatureType
  lookup_key: string | null
  description: Generated<string>
  unit_singular: Generated<string>
  unit_plural: Generated<string>
  reporting_unit: ColumnType<StoredReportingUnit | null, string | null, string | null>
  meter_id: string | null
  group_id: string | null
  metadata: JsonWithDefault<Metadata>
  status: Generated<RecordStatus>
}

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
  metadata: Json<Metadata | null> | null
}

export interface PlanSubscriptionCountTable {
  environment_id: string
  plan_id: string
  slot: number
  subscriptions: number
}

export interface PriceSyncRunTable {
  id: string
  environment_id: string
  plan_id: string
  workflow_id: string
  workflow_run_id: string
  from_sequence: number
  target_sequence: number
  subscriptions_total: number
  started_at: Date
  finished_at: Date | null
}

export interface PriceSyncSliceTable {
  run_id: string
  slice: number
  environment_id: string
  range_start: string
  range_end: string
  cursor: string
  subscriptions_due: number
  subscriptions_processed: Generated<number>
  prices_added: Generated<number>
  prices_removed: Generated<number>
  skipped_incompatible: Generated<number>
  skipped_ended: Generated<number>
  skipped_overridden: Generated<number>
  skipped_ended_by_user: Generated<number>
  skipped_in_sync: Generated<number>
  updated_at: Date
}

export interface EntitlementTable extends Audited {
  id: string
  environment_id: string
  plan_id: string | null
  subscription_id: string | null
  feature_id: string
  feature_type: FeatureType
  parent_entitlement_id: string | null
  is_enabled: boolean
  usage_limit: number | null
  usage_reset_period: AllowanceReset | null
  is_soft_limit: boolean
  static_value: string | null
  config_value: ColumnType<ConfigValue | null, string | null, string | null>
  start_date: Date | null
  end_date: Date | null
  status: Generated<RecordStatus>
}

export type ConfigValue = Readonly<Record<string, unknown>>
