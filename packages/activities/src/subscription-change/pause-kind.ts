import type { PauseOrder } from '@flexprice/contracts/workflows'
import { holdPendingSchedule, insertPause } from '@flexprice/database/schedules'
import { CodedError } from '@flexprice/domain'
import type { ChangeKind } from './prepared-change.ts'
import { goingCredits, standingChange, summaryNow } from './standing-change.ts'

/**
 * A pause, at once or with the period's end (billing rules, section 8): the lines stand still, and what was billed in
 * advance comes back when prorating. The boundary that ends its period still bills what was before it.
 */
export const pauseKind: ChangeKind<PauseOrder> = async (transaction, order) => (held) => {
  const { facts, now } = held
  const { subscription } = facts
  const isAtOnce = order.mode === 'immediate'
  const at = isAtOnce ? now : subscription.current_period_end
  const comesBack = isAtOnce && order.proration_behavior === 'create_prorations'
  return {
    ...standingChange(facts, {
      at,
      behavior: order.proration_behavior,
      credits: comesBack ? goingCredits(held, at) : [],
    }),
    subscription: isAtOnce ? { subscription_status: 'paused' } : {},
    madeAt: now,
    async finish() {
      const pending = await holdPendingSchedule(transaction, subscription.id)
      if (pending) throw hasPending(subscription.id, pending.id)
      await insertPause(
        transaction,
        {
          subscription_id: subscription.id,
          pause_status: isAtOnce ? 'active' : 'scheduled',
          pause_mode: order.mode,
          pause_start: at,
          proration_behavior: order.proration_behavior,
          original_period_start: subscription.current_period_start,
          original_period_end: subscription.current_period_end,
          reason: order.reason,
          metadata: order.metadata,
        },
        now,
      )
      return { is_scheduled: !isAtOnce, ...(await summaryNow(transaction, subscription.id)) }
    },
  }
}

function hasPending(id: string, scheduleId: string): CodedError {
  const message = `Subscription ${id} has a pending change or cancellation, ${scheduleId}: cancel that first`
  return new CodedError('state_conflict', message, { details: { schedule_id: scheduleId } })
}
