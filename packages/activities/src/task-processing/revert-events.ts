import { takeBackEvents } from '@flexprice/database/events'
import { forgetImportRecords, readMadeEvents } from '@flexprice/database/imports'
import type { EntityRevert } from './revert-records.ts'

/** Events that are looked at for a page: what others have sent for the same time is passed over. */
const eventsPerPageMax = 5_000

/** Usage events by the transactions that wrote them, in the order of their instants; their ids are free again. */
export const revertEvents: EntityRevert = async (transaction, { id: taskId }, { from, now }) => {
  const made = await readMadeEvents(transaction, taskId)
  if (made === undefined) return { to: null, reverted: 0, refused: [] }
  const taken = await takeBackEvents(transaction, {
    ...made,
    after: from && { eventId: from.id, timestamp: new Date(from.at ?? 0) },
    limit: eventsPerPageMax,
    now,
  })
  await forgetImportRecords(transaction, { taskId, ids: taken.deleted })
  return {
    to: taken.last && { id: taken.last.eventId, at: taken.last.timestamp.toISOString() },
    reverted: taken.deleted.length,
    refused: taken.refused.map(({ eventId, invoiceId }) => ({
      id: eventId,
      reason: `Event ${eventId} is on the finalized invoice ${invoiceId}`,
    })),
  }
}
