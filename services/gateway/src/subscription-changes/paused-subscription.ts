import type { Scoped } from '@flexprice/database/connection'
import { listPauses } from '@flexprice/database/schedules'
import { getSubscription } from '@flexprice/database/subscriptions'
import { assert } from '@flexprice/domain'
import { pauseResponse } from '../subscriptions/pause-response.ts'
import { subscriptionResponse } from '../subscriptions/subscription-response.ts'

/** A subscription with the pause that was begun, ended or taken back last. */
export async function pausedSubscription(scoped: Scoped, id: string) {
  const row = await getSubscription(scoped, id)
  const pauses = await listPauses(scoped, [id])
  const pause = pauses.at(-1)
  assert(pause, 'a subscription that was paused has a pause')
  return {
    pause: pauseResponse(scoped.scope, pause),
    subscription: { ...subscriptionResponse(scoped.scope, row) },
  }
}
