import type { SubscriptionBatchResult } from '@flexprice/contracts/workflows'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { finishBatchItems, listBatchOutcomes, lockBatch, nextBatchItems } from '@flexprice/database/creation'
import { CodedError, errorCodes, errorKind, isCodedError, isInternal } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import { batchOrders, itemOutcome, resultItem, skippedPrices } from './batch-items.ts'
import { createSubscriptions, refusal } from './create-subscriptions.ts'
import type { SubscriptionCreationDependencies } from './dependencies.ts'

/** Short enough for locks and progress; each page is a fixed number of statements. */
const pageItemsMax = 250

/** From this attempt on, a failure that nobody expected is one item's, and no longer the whole list's. */
const isolatingAttempt = 4

/**
 * Works through a stored list, page by page, each one transaction that also writes its items' outcomes
 * and the batch's cursor: a killed worker's next attempt goes on behind the last whole page. A page that
 * fails for what is in it is tried in smaller ones, until the item at fault is alone and gets the error.
 */
export async function createSubscriptionBatch(
  { scoped, events }: SubscriptionCreationDependencies,
  { batch_id: batchId }: { batch_id: string },
): Promise<SubscriptionBatchResult> {
  const context = Context.current()
  const handle = scoped()
  const now = await readNow(handle)
  let page = { batchId, cursor: 0, itemsMax: pageItemsMax, now }
  for (;;) {
    context.cancellationSignal.throwIfAborted()
    try {
      const cursor = await runPage(handle, page)
      if (cursor === undefined) break
      page = { ...page, cursor, itemsMax: pageItemsMax }
    } catch (error) {
      const reason = reasonOf(error, context.info.attempt)
      if (page.itemsMax === 1) {
        if (isInternal(errorKind(reason.code))) events.itemBroke({ batchId, position: page.cursor, error })
        await refuseItem(handle, page, reason)
      }
      page = { ...page, itemsMax: page.itemsMax === 1 ? pageItemsMax : Math.ceil(page.itemsMax / 2) }
    }
    context.heartbeat()
  }
  const outcomes = await listBatchOutcomes(handle, batchId)
  const there = outcomes.filter(({ subscription_id }) => subscription_id !== null)
  const replayed = there.filter((outcome) => outcome.replayed).length
  const counts = { created: there.length - replayed, replayed, failed: outcomes.length - there.length }
  events.created(counts)
  return { batch_id: batchId, ...counts, items: outcomes.map(resultItem), ...skippedPrices(outcomes) }
}

interface Page {
  readonly batchId: string
  /** Where the page before ended; another attempt's may have gone on since. */
  readonly cursor: number
  readonly itemsMax: number
  readonly now: Date
}

/** The next page's cursor; undefined when everything is done. */
function runPage(scoped: Scoped, { batchId, cursor, itemsMax, now }: Page): Promise<number | undefined> {
  return inTransaction(scoped, async (transaction) => {
    const processed = await lockBatch(transaction, batchId)
    if (processed !== cursor) return processed
    const items = await nextBatchItems(transaction, { batchId, from: cursor, limit: itemsMax })
    if (items.length === 0) return undefined
    const orders = batchOrders(items)
    const made = await createSubscriptions(
      transaction,
      orders.accepted.map(({ order }) => order),
      { now, ofList: true },
    )
    const outcomes = orders.accepted.flatMap(({ position }, index) => {
      const outcome = made[index]
      return outcome ? [itemOutcome(position, outcome)] : []
    })
    const next = cursor + items.length
    const all = [...outcomes, ...orders.refused]
    await finishBatchItems(transaction, { batchId, outcomes: all, processed: next, now })
    return next
  })
}

async function refuseItem(scoped: Scoped, { batchId, cursor, now }: Page, error: CodedError): Promise<void> {
  await inTransaction(scoped, async (transaction) => {
    if ((await lockBatch(transaction, batchId)) !== cursor) return
    const outcomes = [itemOutcome(cursor, { error })]
    await finishBatchItems(transaction, { batchId, outcomes, processed: cursor + 1, now })
  })
}

/** Why the page's items, or one of them, cannot be made. What passes by itself is thrown on, to be tried again. */
function reasonOf(error: unknown, attempt: number): CodedError {
  const isUnexpected = !isCodedError(error) || isInternal(errorKind(error.code))
  if (!isUnexpected || attempt < isolatingAttempt) return refusal(error)
  return new CodedError('internal_error', errorCodes.internal_error.title, { cause: error })
}
