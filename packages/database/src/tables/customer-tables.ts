import type { ColumnType, Generated } from 'kysely'
import type { Audited, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

export interface ContactPerson {
  readonly [field: string]: unknown
}

export interface CustomerTable extends Audited {
  id: string
  environment_id: string
  external_id: string
  name: string
  email: Generated<string>
  /** Of the email, by the database: never written. */
  email_lower: ColumnType<string, undefined, never>
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
