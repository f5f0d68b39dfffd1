import type { ErrorCode } from '@flexprice/domain'
import type { ColumnType, Generated } from 'kysely'
import type { Audited, Json, RecordStatus } from './row-types.ts'

export interface FileUploadTable {
  id: string
  environment_id: string
  store_key: string
  file_name: string | null
  size: number
  sha256: string
  created_at: Date
  created_by: string
}

export type ImportEntityType = 'EVENTS' | 'CUSTOMERS' | 'FEATURES' | 'PRICES' | 'SUBSCRIPTIONS'
export type ImportTaskStatus = 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED'

/** What has to be known of a file to read on in its middle. */
export type ImportLayout =
  | (ImportLayoutStart & { readonly format: 'JSON' | 'NDJSON' })
  | (ImportLayoutStart & {
      readonly format: 'CSV'
      readonly delimiter: string
      readonly columns: readonly string[]
    })

interface ImportLayoutStart {
  readonly isGzip: boolean
  readonly start: { readonly offset: number; readonly row: number }
}

export interface ImportTaskTable extends Audited {
  id: string
  environment_id: string
  idempotency_key: string
  request_hash: string
  entity_type: ImportEntityType
  file_type: 'CSV' | 'JSON' | 'NDJSON'
  file_provider: string
  upload_id: string | null
  file_url: string | null
  file_version: string | null
  file_size: number | null
  file_name: string | null
  metadata: Json<Readonly<Record<string, unknown>>>
  dry_run: boolean
  track_progress: boolean
  task_status: Generated<ImportTaskStatus>
  workflow_id: string
  workflow_run_id: string | null
  layout: ColumnType<ImportLayout | null, string | null, string | null>
  unknown_columns: readonly string[] | null
  byte_offset: Generated<number>
  row_number: Generated<number>
  bytes_read: Generated<number>
  pages: Generated<number>
  processed_records: Generated<number>
  successful_records: Generated<number>
  failed_records: Generated<number>
  created_records: Generated<number>
  updated_records: Generated<number>
  duplicate_records: Generated<number>
  /** Of the duplicates: events of other content. */
  conflict_records: Generated<number>
  error_code: ErrorCode | null
  error_summary: string | null
  started_at: Date | null
  completed_at: Date | null
  failed_at: Date | null
  status: Generated<RecordStatus>
}

export interface ImportPageTable {
  task_id: string
  page: number
  environment_id: string
  /** Of PostgreSQL: an `xid8`, as text. */
  transaction_id: Generated<string>
  created_records: number
  first_event_at: Date | null
  last_event_at: Date | null
}

export interface ImportRejectionTable {
  task_id: string
  row_number: number
  position: number
  environment_id: string
  field: string
  reason: string
  row_text: string
}

/** A record that an import made, or changed. */
export interface ImportRecordTable {
  task_id: string
  record_id: string
  environment_id: string
  is_made: boolean
  /** The run of a revert that could not take it back, and why. */
  refused_by: string | null
  refusal: string | null
}

export type ImportRevertStatus = 'PROCESSING' | 'COMPLETED' | 'FAILED'

export interface ImportRevertTable extends Audited {
  task_id: string
  environment_id: string
  run_id: string
  revert_status: ImportRevertStatus
  /** In the words of the kind that is taken back. */
  place: ColumnType<RevertPlace | null, string | null, string | null>
  pages: Generated<number>
  reverted_records: Generated<number>
  refused_records: Generated<number>
  error_code: ErrorCode | null
  error_summary: string | null
  started_at: Date
  ended_at: Date | null
}

/** Behind which record a revert goes on: in the order of what it takes back. */
export interface RevertPlace {
  readonly id: string
  /** Of an event: RFC 3339, in UTC. */
  readonly at?: string
}
