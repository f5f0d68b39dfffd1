import type { FeatureType } from '@flexprice/domain/entitlement'
import type { AggregationType, BucketSize, MeterFilter, UsageReset } from '@flexprice/domain/price'
import type { ColumnType, Generated } from 'kysely'
import type { Audited, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

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
