import type { ErrorCode } from '@flexprice/domain'
import type { ColumnType, Generated } from 'kysely'
import type { Audited } from './row-types.ts'

export interface SubscriptionBatchTable extends Audited {
  id: string
  environment_id: string
  idempotency_key: string
  request_hash: string
  items_total: number
  items_processed: Generated<number>
  stored_at: Generated<Date>
}

export interface SubscriptionBatchItemTable {
  batch_id: string
  position: number
  environment_id: string
  idempotency_key: string
  request_hash: string
  request: ColumnType<unknown, string | null, string | null>
  subscription_id: string | null
  /** The subscription was there before: an earlier request, or item, has made it. */
  replayed: Generated<boolean>
  error: ColumnType<BatchItemError | null, string | null, string | null>
}

/** Why an item of a batch has no subscription, in the error answers' words. */
export interface BatchItemError {
  readonly code: ErrorCode
  readonly message: string
  readonly fields?: readonly { readonly path: string; readonly message: string }[]
}
