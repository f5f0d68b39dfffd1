import type { Scoped } from '@flexprice/database/connection'
import { listPauses } from '@flexprice/database/schedules'
import type { SubscriptionRow } from '@flexprice/database/subscriptions'
import { pauseResponse } from './pause-response.ts'

/** The pauses of a subscription, oldest first, and which of them is at work or to come. */
export async function pausesOf(
  scoped: Scoped,
  { id, was_paused }: Pick<SubscriptionRow, 'id' | 'was_paused'>,
) {
  if (!was_paused) return {}
  const pauses = await listPauses(scoped, [id])
  const open = pauses.find(({ pause_status: status }) => status === 'active' || status === 'scheduled')
  return {
    pauses: pauses.map((pause) => pauseResponse(scoped.scope, pause)),
    pause_status: open?.pause_status ?? ('none' as const),
    ...(open?.pause_status === 'active' && { active_pause_id: open.id }),
  }
}
