import {
  type BulkChangeRow,
  type BulkChangeSlice,
  holdBulkChangeSlice,
  insertBulkChangeItems,
  moveBulkChangeSlice,
  nextBulkPreviewIds,
} from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { bulkChangeItem } from './bulk-change-item.ts'
import { planBulkPage } from './plan-bulk-page.ts'

export interface BulkPage {
  readonly bulk: BulkChangeRow
  readonly slice: BulkChangeSlice
  readonly rowsMax: number
  readonly now: Date
}

export interface BulkPageCounts {
  readonly processed: number
  readonly leftOut: number
}

/**
 * One page of a preview, in the caller's transaction, which also moves the slice's cursor. It reads and plans; of the
 * subscriptions nothing is written, and nothing held.
 *
 * @returns undefined when nothing of the slice is left
 */
export async function previewBulkPage(
  transaction: Scoped,
  { bulk, slice, rowsMax, now }: BulkPage,
): Promise<BulkPageCounts | undefined> {
  const { cursor, end } = await holdBulkChangeSlice(transaction, slice)
  if (cursor === end) return undefined
  const subscriptionIds = await nextBulkPreviewIds(transaction, bulk, { cursor, end, rowsMax })
  const plans = await planBulkPage(transaction, bulk, { subscriptionIds, lock: false, now })
  const items = plans.map(bulkChangeItem)
  await insertBulkChangeItems(transaction, bulk.id, items)
  const counts = {
    processed: subscriptionIds.length,
    leftOut: items.filter(({ outcome }) => outcome === 'left_out').length,
  }
  const last = subscriptionIds.length < rowsMax ? end : (subscriptionIds.at(-1) ?? end)
  await moveBulkChangeSlice(transaction, slice, { cursor: last, ...counts, now })
  return counts
}
