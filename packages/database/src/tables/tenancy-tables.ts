import type { Generated } from 'kysely'
import type { JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

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
