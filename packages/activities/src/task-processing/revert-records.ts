import type { Scoped, TakenBack } from '@flexprice/database/connection'
import {
  forgetImportRecords,
  type ImportTaskRow,
  listMadeRecords,
  type RevertedPage,
} from '@flexprice/database/imports'

/**
 * Takes back one page of what a task has made, in the caller's transaction, and tells where the next one begins:
 * `to` is null once nothing is left.
 */
export type EntityRevert = (
  transaction: Scoped,
  task: ImportTaskRow,
  page: { readonly from: RevertedPage['to']; readonly now: Date },
) => Promise<RevertedPage>

const recordsPerPageMax = 500

/**
 * Of kinds whose records are noted one by one: the last that was made goes first.
 *
 * @param takeBack the deletion of some, by the rules of their DELETE; of one at a time by `takeBackOneByOne`
 */
export function revertRecords(
  takeBack: (transaction: Scoped, ids: readonly string[], now: Date) => Promise<TakenBack>,
): EntityRevert {
  return async (transaction, { id: taskId }, { from, now }) => {
    const ids = await listMadeRecords(transaction, { taskId, before: from?.id, limit: recordsPerPageMax })
    const { deleted, refused } = await takeBack(transaction, ids, now)
    const gone = ids.filter((id) => !refused.has(id))
    await forgetImportRecords(transaction, { taskId, ids: gone })
    const last = ids.at(-1)
    return {
      to: ids.length < recordsPerPageMax || last === undefined ? null : { id: last },
      reverted: deleted.length,
      refused: [...refused].map(([id, { message }]) => ({ id, reason: message })),
    }
  }
}
