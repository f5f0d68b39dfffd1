import { assert, type CodedError, keyReused, notFound } from '@flexprice/domain'
import type { SkippedPrice } from '@flexprice/domain/subscription'
import { type Selectable, sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { json } from '../connection/row-changes.ts'
import { lockKey, refuseKeyBesideList } from '../idempotency/key-uses.ts'
import type { SubscriptionBatchItemTable } from '../tables/batch-tables.ts'
import { batchItemError } from './batch-item-error.ts'
import { skippedPricesOf } from './skipped-prices.ts'

export type BatchItem = Pick<
  Selectable<SubscriptionBatchItemTable>,
  'position' | 'idempotency_key' | 'request_hash'
> & { readonly request: Readonly<Record<string, unknown>> | null }

export type BatchItemOutcome = Pick<
  Selectable<SubscriptionBatchItemTable>,
  'position' | 'subscription_id' | 'replayed' | 'error'
>

/** With what the subscription's creation warned of, and what it has not of its plan; none where there is no subscription. */
export type ListedOutcome = BatchItemOutcome & {
  readonly warnings: readonly string[]
  readonly skipped: readonly SkippedPrice[]
}

export interface NewBatchItem {
  /** The caller's own key; without one it is the batch's with the position. */
  readonly idempotencyKey: string | undefined
  readonly requestHash: string
  /** As on the wire; null where it is refused already. */
  readonly request: object | null
  readonly error: CodedError | null
}

/**
 * Stores a list of subscriptions to be made. Idempotent by its key: the same request gives the same batch.
 *
 * @throws key_reused when the key was used for another request; service_unavailable when another's storing takes too long
 */
export function storeBatch(
  scoped: Scoped,
  batch: {
    idempotencyKey: string
    requestHash: string
    items: readonly NewBatchItem[]
    now: Date
  },
): Promise<string> {
  const { items, idempotencyKey, requestHash, now } = batch
  const id = newId('subscriptionBatch')
  return inTransaction(scoped, async (transaction) => {
    await lockKey(transaction, idempotencyKey)
    const earlier = await transaction.db
      .selectFrom('subscription_batches')
      .select(['id', 'request_hash'])
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst()
    if (earlier) {
      if (earlier.request_hash === requestHash) return earlier.id
      throw keyReused()
    }
    await refuseKeyBesideList(transaction, idempotencyKey)
    const row = { id, idempotency_key: idempotencyKey, request_hash: requestHash, items_total: items.length }
    const rows = items.map((item, position) => ({
      batch_id: id,
      position,
      environment_id: scoped.scope.environmentId,
      idempotency_key: item.idempotencyKey ?? `${id}:${position}`,
      request_hash: item.requestHash,
      request: item.request,
      error: item.error && batchItemError(item.error),
    }))
    await sql`with batch as (${insertRecords('subscription_batches', audited(scoped, [row], now))})
      ${insertRecords('subscription_batch_items', rows)}`.execute(transaction.db)
    return id
  })
}

/** Holds the batch for a page; answers how many of its items are done. @throws not_found */
export async function lockBatch(scoped: Scoped, batchId: string): Promise<number> {
  const batch = await scoped.db
    .selectFrom('subscription_batches')
    .select('items_processed')
    .where('id', '=', batchId)
    .forUpdate()
    .executeTakeFirst()
  if (!batch) throw notFound('Batch', batchId)
  return batch.items_processed
}

export async function nextBatchItems(
  scoped: Scoped,
  { batchId, from, limit }: { batchId: string; from: number; limit: number },
): Promise<BatchItem[]> {
  const { rows } = await sql<BatchItem>`
    select position, idempotency_key, request_hash, request from subscription_batch_items
    where batch_id = ${batchId} and position >= ${from} order by position limit ${limit}`.execute(scoped.db)
  return rows
}

/** Writes what became of a page's items and moves the batch's cursor, in the page's transaction. */
export async function finishBatchItems(
  scoped: Scoped,
  page: { batchId: string; outcomes: readonly BatchItemOutcome[]; processed: number; now: Date },
): Promise<void> {
  const { numAffectedRows } = await sql`
    with outcome as (
      update subscription_batch_items item set subscription_id = done.subscription_id, replayed = done.replayed,
        error = done.error
      from unnest(${page.outcomes.map((outcome) => outcome.position)}::integer[],
        ${page.outcomes.map((outcome) => outcome.subscription_id)}::text[],
        ${page.outcomes.map((outcome) => outcome.replayed)}::boolean[],
        ${page.outcomes.map((outcome) => json(outcome.error))}::jsonb[]) done (position, subscription_id, replayed, error)
      where item.batch_id = ${page.batchId} and item.position = done.position
    )
    update subscription_batches set items_processed = ${page.processed}, updated_at = ${page.now}
    where id = ${page.batchId}`.execute(scoped.db)
  assert(numAffectedRows === 1n, 'a page moves its batch')
}

/** What became of each item, in their order. */
export async function listBatchOutcomes(scoped: Scoped, batchId: string): Promise<ListedOutcome[]> {
  const items = await scoped.db
    .selectFrom('subscription_batch_items')
    .select(['position', 'subscription_id', 'replayed', 'error'])
    .where('batch_id', '=', batchId)
    .orderBy('position')
    .execute()
  const made = await scoped.db
    .selectFrom('subscriptions')
    .innerJoin('subscription_batch_items as item', (join) =>
      join
        .onRef('item.environment_id', '=', 'subscriptions.environment_id')
        .onRef('item.subscription_id', '=', 'subscriptions.id'),
    )
    .select(madeColumns)
    .where('item.batch_id', '=', batchId)
    .execute()
  const skipped = await skippedPricesOf(scoped, made)
  const warnings = new Map(made.map((subscription) => [subscription.id, subscription.warnings]))
  return items.map((item) => ({
    ...item,
    warnings: warnings.get(item.subscription_id ?? '') ?? [],
    skipped: skipped.get(item.subscription_id ?? '') ?? [],
  }))
}

const madeColumns = [
  'subscriptions.id',
  'subscriptions.plan_id',
  'subscriptions.currency',
  'subscriptions.billing_period',
  'subscriptions.billing_period_count',
  'subscriptions.start_date',
  'subscriptions.end_date',
  'subscriptions.warnings',
] as const

export interface BatchProgress {
  readonly items_total: number
  readonly items_processed: number
  readonly created: number
  readonly replayed: number
  readonly failed: number
}

export async function getBatchProgress(scoped: Scoped, batchId: string): Promise<BatchProgress | undefined> {
  const { rows } = await sql<BatchProgress>`
    select batch.items_total, batch.items_processed,
      count(*) filter (where item.subscription_id is not null and not item.replayed) as created,
      count(*) filter (where item.replayed) as replayed,
      count(*) filter (where item.error is not null and item.position < batch.items_processed) as failed
    from subscription_batches batch join subscription_batch_items item on item.batch_id = batch.id
    where batch.id = ${batchId} group by batch.id`.execute(scoped.db)
  return rows[0]
}
