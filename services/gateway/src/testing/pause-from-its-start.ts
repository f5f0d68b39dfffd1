import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { insertPause } from '@flexprice/database/schedules'

/** A subscription that is paused from the beginning of its first month on. */
export async function pauseFromItsStart(scoped: Scoped, subscription_id: string): Promise<void> {
  const start = new Date('2026-08-01T00:00:00Z')
  const period = { original_period_start: start, original_period_end: new Date('2026-09-01T00:00:00Z') }
  await inTransaction(scoped, async (transaction) => {
    const pause = {
      subscription_id,
      pause_status: 'active',
      pause_mode: 'immediate',
      pause_start: start,
    } as const
    const rest = { proration_behavior: 'none', reason: '', metadata: {} } as const
    await insertPause(transaction, { ...pause, ...rest, ...period }, start)
    await transaction.db
      .updateTable('subscriptions')
      .set({ subscription_status: 'paused' })
      .where('id', '=', subscription_id)
      .execute()
  })
}
