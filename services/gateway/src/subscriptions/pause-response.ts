import type { SubscriptionPauseResponse } from '@flexprice/contracts/subscriptions'
import type { PauseRow } from '@flexprice/database/schedules'
import type { Scope } from '@flexprice/domain'
import { recordResponse } from '../record-response.ts'

export function pauseResponse(scope: Scope, row: PauseRow): SubscriptionPauseResponse {
  return {
    ...recordResponse(scope, row),
    status: 'published',
    subscription_id: row.subscription_id,
    pause_status: row.pause_status,
    pause_mode: row.pause_mode,
    pause_start: row.pause_start,
    pause_end: row.pause_end ?? undefined,
    resumed_at: row.resumed_at ?? undefined,
    original_period_start: row.original_period_start,
    original_period_end: row.original_period_end,
    reason: row.reason,
    metadata: { ...row.metadata },
  }
}
