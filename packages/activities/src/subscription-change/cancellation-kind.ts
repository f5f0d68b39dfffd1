import type { CancellationOrder, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { kept, type Reading, type Scoped } from '@flexprice/database/connection'
import { endPauses, schedulesInserted, schedulesWithdrawn } from '@flexprice/database/schedules'
import { endMoved, subscriptionEnded } from '@flexprice/database/subscriptions'
import { CodedError, invalid } from '@flexprice/domain'
import { type CancellationTime, cancellationInstant } from '@flexprice/domain/change'
import { earlier } from '@flexprice/domain/time'
import { billHeldPeriod, heldPeriod } from './bring-up.ts'
import type { ChangeKind, HeldSubscription } from './prepared-change.ts'
import { goingCredits, standingChange, summaryOf } from './standing-change.ts'

/**
 * The end of a subscription (billing rules, section 8): now, at its period's end, or at a date, which may have passed
 * inside the current period. It stands in the subscription from then on, and cuts the period that holds it. Where its
 * instant has come, the last period is billed at once, by the function that bills any other; what was billed in advance
 * beyond it comes back at that instant, here or with its boundary.
 */
export const cancellationKind: ChangeKind<CancellationOrder> = async (transaction, order) => (held) => {
  const { facts, now } = held
  refuseSecond(held)
  const at = isIncomplete(held) ? endOfIncomplete(held, order) : endOf(held, order)
  const hasCome = at <= now
  const comesBack = hasCome && order.proration_behavior === 'create_prorations'
  return {
    ...standingChange(facts, {
      at,
      behavior: order.proration_behavior,
      credits: comesBack ? goingCredits(held, at) : [],
    }),
    // As any that ends, so that what was used is billed.
    ...(isIncomplete(held) ? { subscription: { subscription_status: 'active' } } : {}),
    madeAt: now,
    ...ending(transaction, { held, order, at }),
  }
}

interface Cancellation {
  readonly held: HeldSubscription
  readonly order: CancellationOrder
  readonly at: Date
}

function refuseSecond({ facts: { subscription } }: HeldSubscription): void {
  const { id, cancel_at: cancelAt, subscription_status: status } = subscription
  if (cancelAt === null && status !== 'cancelled') return
  const until = cancelAt ?? subscription.end_date
  const why = status === 'cancelled' ? 'is cancelled since' : 'is to be cancelled at'
  throw new CodedError('state_conflict', `Subscription ${id} ${why} ${until?.toISOString()} already`)
}

function endOf(
  { facts: { subscription }, lastChangeAt, now }: HeldSubscription,
  order: CancellationOrder,
): Date {
  const instant = cancellationInstant(
    {
      start: subscription.start_date,
      period: { start: subscription.current_period_start, end: subscription.current_period_end },
      end: subscription.end_date,
      lastChangeAt,
    },
    timeOf(order),
    now,
  )
  if ('problem' in instant) throw invalid([instant.problem])
  return instant.at
}

function isIncomplete({ facts: { subscription } }: HeldSubscription): boolean {
  return subscription.subscription_status === 'incomplete'
}

/** No period follows the one that was not paid: it ends with that at the latest, however late it is asked for. */
function endOfIncomplete(held: HeldSubscription, order: CancellationOrder): Date {
  const { id, current_period_end: end } = held.facts.subscription
  if (order.cancellation_type === 'immediate') return earlier(endOf(held, order), end)
  const message = `Subscription ${id} is incomplete, as its first invoice is not paid: it can be cancelled immediate alone`
  throw new CodedError('invalid_operation', message)
}

function timeOf({ cancellation_type: type, cancel_at: date }: CancellationOrder): CancellationTime {
  if (type !== 'scheduled_date') return { type }
  if (date === null) throw invalid([{ path: 'cancel_at', message: 'must be given with scheduled_date' }])
  return { type, date: new Date(date) }
}

interface Ending {
  /** What is sent behind the change's rows. */
  readonly beside: readonly Reading<void>[]
  /** What is done behind it, and told. */
  finish(): Promise<Partial<SubscriptionChangeResult>>
}

/** It takes the place of what waits for the subscription's boundary, and tells the subscription as it is by then. */
function ending(transaction: Scoped, cancellation: Cancellation): Ending {
  const { held, at } = cancellation
  const { subscription } = held.facts
  const withdrawn = kept(
    schedulesWithdrawn(transaction, [subscription.id], { as: 'superseded', now: held.now }),
  )
  const end = at > held.now ? endLater : endsUnbilled(cancellation) ? endUnbilled : endBilled
  const { beside, finish } = end(transaction, cancellation)
  return {
    beside: [withdrawn.sent, ...beside],
    async finish() {
      const done = await finish()
      const made_at = held.now.toISOString()
      return { ...done, made_at, superseded_schedules: [...withdrawn.result()] }
    },
  }
}

/** Of a period of no length nothing is billed, as of one that is to be left unbilled. */
function endsUnbilled({ held: { facts }, order, at }: Cancellation): boolean {
  return at <= facts.subscription.current_period_start || order.invoice_policy === 'skip'
}

function endUnbilled(transaction: Scoped, { held: { facts, now }, order, at }: Cancellation): Ending {
  const { subscription } = facts
  const end = { at, cancellation: cancellationOf(order) }
  const ended = kept(subscriptionEnded(transaction, changed(facts), end, now))
  return {
    beside: [ended.sent],
    async finish() {
      if (subscription.was_paused)
        await endPauses(transaction, [{ subscriptionId: subscription.id, at }], now)
      return summaryOf(ended.result())
    },
  }
}

/** By the billing of the period that it cuts, as of any other. */
function endBilled(transaction: Scoped, { held: { facts, now }, order, at }: Cancellation): Ending {
  const { id } = facts.subscription
  const end = { at, cancellation: cancellationOf(order) }
  const moved = kept(endMoved(transaction, changed(facts), end, now))
  const period = kept(heldPeriod(transaction, id))
  return {
    beside: [moved.sent, period.sent],
    async finish() {
      const of = { subscriptionId: id, now }
      const { invoiceIds, advance } = await billHeldPeriod(transaction, period.result(), of)
      return { invoice_ids: [...invoiceIds], ...summaryOf(moved.result(), advance) }
    },
  }
}

function endLater(transaction: Scoped, { held: { facts, now }, order, at }: Cancellation): Ending {
  const { subscription } = facts
  const end = { at, cancellation: cancellationOf(order) }
  const configuration = {
    cancellation_type: order.cancellation_type,
    proration_behavior: order.proration_behavior,
    reason: order.reason,
    own_end: subscription.end_date?.toISOString() ?? null,
  }
  const of = { subscription_id: subscription.id, schedule_type: 'cancellation', scheduled_at: at } as const
  const moved = kept(endMoved(transaction, changed(facts), end, now))
  const inserted = kept(schedulesInserted(transaction, [{ ...of, configuration }], now))
  return {
    beside: [moved.sent, inserted.sent],
    async finish() {
      const [id = null] = inserted.result()
      return { is_scheduled: true, schedule_id: id, ...summaryOf(moved.result()) }
    },
  }
}

function cancellationOf({ proration_behavior: behavior, cancellation_type: type }: CancellationOrder) {
  return { behavior, isAtPeriodEnd: type === 'end_of_period' }
}

/** The subscription's row once the change's own has raised its version. */
function changed({ subscription }: HeldSubscription['facts']) {
  return { ...subscription, version: subscription.version + 1 }
}
