import type { BucketSize } from '@flexprice/domain/price'
import type { VersionWait } from '@flexprice/domain/subscription'
import type { ColumnType, Generated, Selectable } from 'kysely'
import type { FilterValues } from './metering-tables.ts'
import type {
  Audited,
  BillingPeriodColumn,
  Changes,
  JsonWithDefault,
  Metadata,
  RecordStatus,
} from './row-types.ts'

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
  /** Of a version: it comes to a running subscription at that one's next boundary. */
  waits_for: VersionWait | null
  sequence: Generated<number>
  meter_id: string | null
  group_id: string | null
  bucket_size: BucketSize | null
  filter_values: ColumnType<FilterValues | null, string | null, string | null>
  status: Generated<RecordStatus>
}

/** What a price costs. It never changes in place: an edit makes a successor. */
export type PriceMoney = Pick<
  Selectable<PriceTable>,
  'billing_model' | 'amount' | 'tier_mode' | 'tiers' | 'divide_by' | 'round' | 'bucket_size'
>
type PriceText = Pick<
  Selectable<PriceTable>,
  'description' | 'display_name' | 'group_id' | 'lookup_key' | 'metadata'
>
export type PriceChanges = Changes<PriceMoney & PriceText>
