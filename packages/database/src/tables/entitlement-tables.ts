import type { AllowanceReset, FeatureType } from '@flexprice/domain/entitlement'
import type { ColumnType, Generated } from 'kysely'
import type { Audited, RecordStatus } from './row-types.ts'

/** What `tables.ts` has of entitlements: a file of its own, as the schema of one more area. */
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

type ConfigValue = Readonly<Record<string, unknown>>
