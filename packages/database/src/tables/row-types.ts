import type { ColumnType } from 'kysely'

export type RecordStatus = 'published' | 'archived' | 'deleted'
export type Metadata = Readonly<Record<string, string>>
/** Written as JSON text, read as a value: node-postgres would write an array as a PostgreSQL array. */
export type Json<Value> = ColumnType<Value, string, string>
export type JsonWithDefault<Value> = ColumnType<Value, string | undefined, string>

export interface Audited {
  created_at: Date
  updated_at: Date
  created_by: string
  updated_by: string
}

/** Some of a row's fields: what is left out, or undefined, stays as it is. */
export type Changes<Row> = { readonly [Field in keyof Row]?: Row[Field] | undefined }

export type BillingPeriodColumn =
  | 'DAILY'
  | 'WEEKLY'
  | 'MONTHLY'
  | 'QUARTERLY'
  | 'HALF_YEARLY'
  | 'ANNUAL'
  | 'ONETIME'
