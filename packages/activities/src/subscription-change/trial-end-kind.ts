import type { TrialEndOrder } from '@flexprice/contracts/workflows'
import { moveTrialGrants } from '@flexprice/database/changes'
import { assert, CodedError, invalid } from '@flexprice/domain'
import { movedTrial } from '@flexprice/domain/change'
import { billPeriod } from './bring-up.ts'
import type { ChangeKind } from './prepared-change.ts'
import { standingChange, summaryNow } from './standing-change.ts'

/**
 * Another end of a trial (billing rules, section 7): at once, where the first paid period begins and is billed, by the
 * function that bills any other; or at an instant ahead.
 */
export const trialEndKind: ChangeKind<TrialEndOrder> =
  async (transaction, order) =>
  ({ facts, now }) => {
    const { subscription } = facts
    const { id, trial_end: trialEnd, start_date: start, end_date: end, billing_anchor: anchor } = subscription
    assert(trialEnd, 'a trial has an end')
    const at = order.trial_end === null ? null : new Date(order.trial_end)
    const moved = movedTrial({ start, trialEnd, end, anchor }, at, now)
    if ('problem' in moved) throw invalid([moved.problem])
    if (moved.trialEnd.getTime() === trialEnd.getTime() && trialEnd > now) throw endsThenAlready(id, trialEnd)
    const to = moved.trialEnd
    return {
      ...standingChange(facts, { at: to, behavior: order.proration_behavior }),
      subscription: {
        ...{ trial_end: to, billing_anchor: moved.anchor },
        ...{ current_period_end: to, next_billing_at: to },
      },
      madeAt: now,
      async finish() {
        await moveTrialGrants(transaction, { subscriptionId: id, from: trialEnd, to }, now)
        const { invoiceIds } = to <= now ? await billPeriod(transaction, id, now) : { invoiceIds: [] }
        return { invoice_ids: [...invoiceIds], ...(await summaryNow(transaction, id)) }
      },
    }
  }

function endsThenAlready(id: string, at: Date): CodedError {
  const message = `Subscription ${id}: its trial ends at ${at.toISOString()} already`
  return new CodedError('state_conflict', message)
}
