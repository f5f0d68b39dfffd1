import { keyReused, notFound } from '@flexprice/domain'
import type { Selectable } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { creation } from '../connection/row-changes.ts'
import { lockKey } from '../idempotency/key-uses.ts'
import type { StoredPriceEdit, SyncPreviewTable } from '../tables/sync-preview-tables.ts'
import { planSyncPreview, type SyncPreviewEdit } from './sync-preview-edits.ts'

export type SyncPreviewRow = Selectable<SyncPreviewTable>

export interface NewSyncPreview {
  readonly planId: string
  readonly edits: readonly SyncPreviewEdit[]
  readonly idempotencyKey: string
  readonly requestHash: string
  readonly now: Date
}

/**
 * Stores price edits that are to be previewed, each with the instant from which it holds. Usage is pinned
 * here: what is committed later is not counted. Idempotent by its key: the same request gives the same preview.
 *
 * @throws as `planSyncPreview`; key_reused when the key was used for another request;
 *   service_unavailable when another's storing takes too long
 */
export function storeSyncPreview(scoped: Scoped, preview: NewSyncPreview): Promise<SyncPreviewRow> {
  const { planId, idempotencyKey, requestHash, now } = preview
  return inTransaction(scoped, async (transaction) => {
    await lockKey(transaction, idempotencyKey)
    const earlier = await transaction.db
      .selectFrom('sync_previews')
      .selectAll()
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst()
    if (earlier) {
      if (earlier.request_hash === requestHash && earlier.plan_id === planId) return earlier
      throw keyReused()
    }
    const plan = await planSyncPreview(transaction, { planId, edits: preview.edits, at: now })
    const starts = new Map(
      [...plan.editedBySuccessor].map(([successorId, price]) => [
        price.id,
        plan.prices.find(({ id }) => id === successorId)?.start_date ?? now,
      ]),
    )
    const edits = preview.edits.map(({ priceId, changes, effectiveAt }) => ({
      price_id: priceId,
      changes,
      effective_from: (starts.get(priceId) ?? now).toISOString(),
      ...(effectiveAt && { effective_at: effectiveAt }),
    })) satisfies readonly StoredPriceEdit[]
    return transaction.db
      .insertInto('sync_previews')
      .values({
        id: newId('syncPreview'),
        plan_id: planId,
        idempotency_key: idempotencyKey,
        request_hash: requestHash,
        edits: JSON.stringify(edits),
        pinned_at: now,
        valid_until: plan.validUntil,
        ...creation(scoped.scope, now),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

/** A preview of the plan. @throws not_found, for another plan's too */
export async function getSyncPreview(
  scoped: Scoped,
  { previewId, planId }: { previewId: string; planId?: string | undefined },
): Promise<SyncPreviewRow> {
  const query = scoped.db.selectFrom('sync_previews').selectAll().where('id', '=', previewId)
  const row = await (planId === undefined ? query : query.where('plan_id', '=', planId)).executeTakeFirst()
  if (!row) throw notFound('Preview', previewId)
  return row
}

/** The edits as they are made, in memory or for good. */
export function editsOf({ edits }: Pick<SyncPreviewRow, 'edits'>) {
  return edits.map(({ price_id, changes, effective_from, effective_at }) => ({
    priceId: price_id,
    changes,
    startsAt: new Date(effective_from),
    effectiveAt: effective_at,
  })) satisfies readonly SyncPreviewEdit[]
}
