import {
  type BulkChangeItemRow,
  type BulkChangeOutcome,
  type BulkChangeRow,
  finishBulkChangeItems,
  holdBulkChangeSlice,
  listBulkChangeItems,
  moveBulkChangeSlice,
} from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { withdrawSchedules } from '@flexprice/database/schedules'
import { assert, CodedError, notFound } from '@flexprice/domain'
import { isAsPreviewed, itemError } from './bulk-change-item.ts'
import { closeChangeInvoices, writeMadeChanges } from './make-change.ts'
import { type BulkPlan, bulkOrder, planBulkPage } from './plan-bulk-page.ts'
import type { BulkPage, BulkPageCounts } from './preview-bulk-page.ts'
import { writeScheduledChanges } from './schedule-change.ts'

/**
 * One page of an execution, in the caller's transaction: it holds the plan, then its subscriptions, plans them once more,
 * and changes those that come out as they were previewed; it keeps what became of each, and moves the slice's cursor. All
 * of it or nothing, whatever is killed. A fixed number of statements.
 *
 * @returns undefined when nothing of the slice is left
 */
export async function executeBulkPage(
  transaction: Scoped,
  { bulk, slice, rowsMax, now }: BulkPage,
): Promise<BulkPageCounts | undefined> {
  const { cursor, end } = await holdBulkChangeSlice(transaction, slice)
  if (cursor === end) return undefined
  const items = await listBulkChangeItems(transaction, {
    ...{ bulkChangeId: bulk.id, cursor, end, outcome: 'to_change', limit: rowsMax },
  })
  const plans = await planBulkPage(transaction, bulk, {
    subscriptionIds: items.map(({ subscription_id: id }) => id),
    ...{ lock: true, now },
  })
  const planOf = new Map(plans.map((one) => [one.facts.subscription.id, one]))
  const judged = items.map((item) => judge(item, planOf.get(item.subscription_id)))
  const changing = judged.flatMap((one) => ('error' in one ? [] : [one]))
  const leftOut = judged.flatMap((one): BulkChangeOutcome[] =>
    'error' in one ? [{ subscriptionId: one.subscriptionId, error: itemError(one.error) }] : [],
  )
  const counts = { processed: items.length, leftOut: leftOut.length }
  const last = items.length < rowsMax ? end : (items.at(-1)?.subscription_id ?? end)
  await write(transaction, changing, { bulk, now }, async (changed) => {
    await finishBulkChangeItems(transaction, bulk.id, [...leftOut, ...changed])
    await moveBulkChangeSlice(transaction, slice, { cursor: last, ...counts, now })
  })
  return counts
}

type Planned = Exclude<BulkPlan, { readonly error: CodedError }>

/** The plan of one that is as it was previewed, or why it is left out. */
function judge(
  item: BulkChangeItemRow,
  plan: BulkPlan | undefined,
): Planned | { readonly subscriptionId: string; readonly error: CodedError } {
  const { subscription_id: subscriptionId } = item
  if (!plan) return { subscriptionId, error: notFound('Subscription', subscriptionId) }
  if ('error' in plan) return { subscriptionId, error: plan.error }
  const isSame = plan.facts.subscription.version === item.version && isAsPreviewed(item, plan.prepared)
  return isSame ? plan : { subscriptionId, error: notAsPreviewed(subscriptionId) }
}

function notAsPreviewed(id: string): CodedError {
  return new CodedError('version_conflict', `Subscription ${id} has changed since it was previewed`)
}

/** @param keep what is written of the page itself, before numbers are taken, for which other slices would wait */
async function write(
  transaction: Scoped,
  changes: readonly Planned[],
  { bulk, now }: { readonly bulk: BulkChangeRow; readonly now: Date },
  keep: (changed: readonly BulkChangeOutcome[]) => Promise<void>,
): Promise<void> {
  const waiting = changes.flatMap(({ facts, prepared }) =>
    prepared.superseded?.length ? [facts.subscription.id] : [],
  )
  if (waiting.length > 0) await withdrawSchedules(transaction, waiting, { as: 'superseded', now })
  const ids = changes.map(({ facts }) => facts.subscription.id)
  if (bulk.change_at === 'end_of_period') {
    const results = await writeScheduledChanges(transaction, changes, { order: bulkOrder(bulk), now })
    const changeIds = results.map(({ change_id: id }) => id)
    return await keep(outcomes(ids, changeIds))
  }
  const made = changes.flatMap((one) => one.made ?? [])
  await writeMadeChanges(transaction, made, now)
  const changeIds = made.map(({ id }) => id)
  await keep(outcomes(ids, changeIds))
  await closeChangeInvoices(transaction, made, now)
}

function outcomes(ids: readonly string[], changeIds: readonly (string | null)[]): BulkChangeOutcome[] {
  return ids.map((subscriptionId, index) => {
    const changeId = changeIds[index]
    assert(changeId, 'each change that is made has an id')
    return { subscriptionId, changeId }
  })
}

/**
 * Leaves out the slice's next subscription, which cannot be changed whatever is tried.
 *
 * @returns undefined when nothing of the slice is left
 */
export async function leaveOutNext(
  transaction: Scoped,
  { bulk, slice, now }: BulkPage,
  error: CodedError,
): Promise<BulkPageCounts | undefined> {
  const { cursor, end } = await holdBulkChangeSlice(transaction, slice)
  const [item] = await listBulkChangeItems(transaction, {
    ...{ bulkChangeId: bulk.id, cursor, end, outcome: 'to_change', limit: 1 },
  })
  if (!item) return undefined
  const { subscription_id: subscriptionId } = item
  await finishBulkChangeItems(transaction, bulk.id, [{ subscriptionId, error: itemError(error) }])
  const counts = { processed: 1, leftOut: 1 }
  await moveBulkChangeSlice(transaction, slice, { cursor: subscriptionId, ...counts, now })
  return counts
}
