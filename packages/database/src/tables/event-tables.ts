import type { ColumnType, Generated } from 'kysely'

export type EventProperties = Readonly<Record<string, unknown>>

export interface EventTable {
  environment_id: string
  event_id: string
  event_name: string
  external_customer_id: string
  customer_id: string | null
  timestamp: Date
  source: string | null
  properties: ColumnType<EventProperties, string | undefined, string>
  ingested_at: Date
  /** Of PostgreSQL: an `xid8`, as text. */
  transaction_id: Generated<string>
}

export interface EventIdTable {
  environment_id: string
  /** `event_key(environment_id, event_id)` of the schema. */
  event_key: string
  external_customer_id: string
  event_name: string
  timestamp: Date
  voided_at: Date | null
}

export interface EventConflictTable {
  environment_id: string
  /** Of the event's id and the content that was sent. */
  conflict_key: string
  event_key: string
  /** Of the event that counts. */
  timestamp: Date
  event_id: string
  differs: string[]
  sent_event_name: string
  sent_external_customer_id: string
  sent_customer_id: string | null
  sent_timestamp: Date | null
  sent_source: string | null
  sent_properties: ColumnType<EventProperties, string, string>
  times: Generated<number>
  first_sent_at: Date
  last_sent_at: Date
}
