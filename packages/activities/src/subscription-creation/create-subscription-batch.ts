import type { SubscriptionBatchResult } from '@flexprice/contracts/workflows'
import {
  finishBatchItems,
  inTransaction,
  listBatchOutcomes,
  lockBatch,
  nextBatchItems,
  readNow,
  type Scoped,
} from '@flexprice/database'
import type { CodedError } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import { batchOrders, itemOutcome, resultItem } from './batch-items.ts'
import { createSubscriptions, refusal } from './create-subscriptions.ts'
import type { SubscriptionCreationDependencies } from './subscription-creation-activities.ts'

/** Short enough for locks and progress; each page is a fixed number of statements. */
const pageItemsMax = 250

/**
 * Works through a stored list, page by page, each one transaction that also writes its items' outcomes
 * and the batch's cursor: a killed worker's next attempt goes on behind the last whole page. A page that
 * the database refuses is tried in smaller ones, until the item at fault is alone.
 */
export async function createSubscriptionBatch(
  { scoped, events }: SubscriptionCreationDependencies,
  { batch_id: batchId }: { batch_id: string },
): Promise<SubscriptionBatchResult> {
  const context = Context.current()
  const handle = scoped()
  const now = await readNow(handle)
  let pageItems = pageItemsMax
  for (;;) {
    context.cancellationSignal.throwIfAborted()
    try {
      const taken = await runPage(handle, { batchId, pageItems, now })
      if (taken === 0) break
      pageItems = pageItemsMax
    } catch (error) {
      const reason = refusal(error)
      if (pageItems === 1) await refuseItem(handle, { batchId, reason, now })
      pageItems = pageItems === 1 ? pageItemsMax : Math.ceil(pageItems / 2)
    }
    context.heartbeat()
  }
  const outcomes = await listBatchOutcomes(handle, batchId)
  const created = outcomes.filter(({ subscription_id }) => subscription_id !== null).length
  const counts = { created, failed: outcomes.length - created }
  events.created(counts)
  return { batch_id: batchId, ...counts, items: outcomes.map(resultItem) }
}

interface Page {
  readonly batchId: string
  readonly pageItems: number
  readonly now: Date
}

function runPage(scoped: Scoped, { batchId, pageItems, now }: Page): Promise<number> {
  return inTransaction(scoped, async (transaction) => {
    const processed = await lockBatch(transaction, batchId)
    const items = await nextBatchItems(transaction, { batchId, from: processed, limit: pageItems })
    if (items.length === 0) return 0
    const orders = batchOrders(items)
    const made = await createSubscriptions(
      transaction,
      orders.accepted.map(({ order }) => order),
      now,
    )
    const outcomes = orders.accepted.flatMap(({ position }, index) => {
      const outcome = made[index]
      return outcome ? [itemOutcome(position, outcome)] : []
    })
    await finishBatchItems(transaction, {
      batchId,
      outcomes: [...outcomes, ...orders.refused],
      processed: processed + items.length,
      now,
    })
    return items.length
  })
}

async function refuseItem(
  scoped: Scoped,
  { batchId, reason, now }: { batchId: string; reason: CodedError; now: Date },
): Promise<void> {
  await inTransaction(scoped, async (transaction) => {
    const processed = await lockBatch(transaction, batchId)
    await finishBatchItems(transaction, {
      batchId,
      outcomes: [itemOutcome(processed, { error: reason })],
      processed: processed + 1,
      now,
    })
  })
}
