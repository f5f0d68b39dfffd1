import { CodedError, isCodedError, notFound } from '@flexprice/domain'
import { updatePrice } from '../catalog/price-edits.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { fingerprintPlan } from './sync-preview-fingerprint.ts'
import { editsOf, getSyncPreview, type SyncPreviewRow } from './sync-previews.ts'

/**
 * Makes exactly the edits of a preview, under the plan's lock: prices and creations wait meanwhile. Applied
 * again it does nothing. The caller then starts the sync, which brings them to the subscriptions.
 *
 * @returns the preview; `applied_run_id` is of a sync that was started for it before
 * @throws not_found for a plan, or a preview that is not the plan's; invalid_operation for one that is not
 *   finished; version_conflict when prices, subscriptions or entitlements have changed since
 */
export function applySyncPreview(
  scoped: Scoped,
  apply: { planId: string; previewId: string; now: Date },
): Promise<SyncPreviewRow> {
  const { planId, previewId, now } = apply
  return inTransaction(scoped, async (transaction) => {
    await lockPlan(transaction, planId)
    const preview = await getSyncPreview(transaction, { previewId, planId })
    if (preview.applied_at !== null) return preview
    if (preview.finished_at === null) {
      throw new CodedError('invalid_operation', `Preview ${previewId} is not finished`)
    }
    await refuseStale(transaction, preview, now)
    for (const [index, edit] of editsOf(preview).entries()) {
      try {
        await updatePrice(transaction, { ...edit, now })
      } catch (error) {
        throw atEdit(error, index)
      }
    }
    return transaction.db
      .updateTable('sync_previews')
      .set({ applied_at: now, ...change(scoped.scope, now) })
      .where('id', '=', previewId)
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

/** Notes the sync that was started for an applied preview: asked again, the answer is the same. */
export async function noteSyncOfPreview(scoped: Scoped, previewId: string, runId: string): Promise<void> {
  await scoped.db
    .updateTable('sync_previews')
    .set({ applied_run_id: runId })
    .where('id', '=', previewId)
    .where('applied_run_id', 'is', null)
    .execute()
}

async function lockPlan(scoped: Scoped, planId: string): Promise<void> {
  const plan = await scoped.db
    .selectFrom('plans')
    .select('id')
    .where('id', '=', planId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '=', 'published')
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!plan) throw notFound('Plan', planId)
}

async function refuseStale(scoped: Scoped, preview: SyncPreviewRow, now: Date): Promise<void> {
  const because = await whyStale(scoped, preview, now)
  if (because === undefined) return
  throw new CodedError('version_conflict', `Preview ${preview.id} is out of date: ${because}. Make a new one`)
}

async function whyStale(scoped: Scoped, preview: SyncPreviewRow, now: Date): Promise<string | undefined> {
  if (preview.fingerprint === null) return 'the plan or its subscriptions changed while it was made'
  if (preview.valid_until !== null && preview.valid_until <= now) {
    return `a price has ended at ${preview.valid_until.toISOString()}`
  }
  const fingerprint = await fingerprintPlan(scoped, preview.plan_id)
  if (fingerprint === preview.fingerprint) return undefined
  return 'prices, subscriptions or entitlements of the plan have changed since'
}

function atEdit(error: unknown, index: number): unknown {
  if (!isCodedError(error)) return error
  const fields = error.details?.fields?.map((one) => ({ ...one, path: `prices[${index}].${one.path}` }))
  const details = { ...error.details, ...(fields ? { fields } : {}) }
  return new CodedError(error.code, `prices[${index}]: ${error.message}`, { details, cause: error })
}
