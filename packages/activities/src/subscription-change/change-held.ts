import type {
  ChangeOrder,
  SubscriptionChangeInput,
  SubscriptionChangeResult,
} from '@flexprice/contracts/workflows'
import { type ChargeFacts, chargedRows, chargeFacts } from '@flexprice/database/calculations'
import { changeHistory } from '@flexprice/database/changes'
import { all, type Scoped, together } from '@flexprice/database/connection'
import { voidInvoice } from '@flexprice/database/invoices'
import { assert, CodedError, errorCodes, keyReused, notFound } from '@flexprice/domain'
import { earlier } from '@flexprice/domain/time'
import { isBilled } from '../calculate-charges/billed-cycle.ts'
import { isBoundaryClosed } from '../calculate-charges/closed-boundary.ts'
import type { FailedChange } from './apply-plan-changes.ts'
import { behind } from './bring-up.ts'
import { cancellationKind } from './cancellation-kind.ts'
import { advanceLineIds } from './change-line.ts'
import { lineChangesKind } from './line-changes-kind.ts'
import { lineKind } from './line-kind.ts'
import { makeWay } from './make-way.ts'
import { pauseKind } from './pause-kind.ts'
import { planChangeKind } from './plan-change-kind.ts'
import type { ChangeKind, PreparedChange, ReadingPrepare } from './prepared-change.ts'
import { resumeKind } from './resume-kind.ts'
import { scheduleChange } from './schedule-change.ts'
import { storedResult } from './stored-result.ts'
import { trialEndKind } from './trial-end-kind.ts'
import { writeChange } from './write-change.ts'

export interface Changed {
  readonly result: SubscriptionChangeResult
  /** An earlier request with the key has made it. */
  readonly replayed: boolean
}

/**
 * One change, in the caller's transaction, which holds the plan, then the subscription, until it ends. What is wrong with
 * it is told before anything is written.
 *
 * @param of.failed what waited for a boundary that was brought up for this change, and can never be done: its answer tells it
 * @returns `behind`, having written nothing, where a period of the subscription has ended and is not billed, or credits
 *   that fell due before are not given
 */
export async function changeHeld(
  transaction: Scoped,
  input: SubscriptionChangeInput,
  { now, failed }: { readonly now: Date; readonly failed: readonly FailedChange[] },
): Promise<Changed | typeof behind> {
  assert(transaction.db.isTransaction, 'what is read is held until it is written')
  const { subscription_id: subscriptionId, request } = input
  const { reads, prepare } = telling(failed, await prepareKind(transaction, request))
  // Behind the lock: of two that come at once the second finds what the first has made.
  const [rows, history] = await together(
    transaction,
    chargedRows(transaction, [subscriptionId], { lock: true }),
    changeHistory(transaction, {
      ...{ subscriptionId, key: input.idempotency_key, now, billedAfter: billedAfter(request, now) },
      grantsUntil: grantsUntil(request, now),
    }),
    all(reads),
  )
  const [facts] = await chargeFacts(transaction, rows)
  if (!facts) throw notFound('Subscription', subscriptionId)
  const { pending } = history
  const inAdvance = new Set(advanceLineIds(facts))
  const billed = history.billed.filter(({ lineId }) => inAdvance.has(lineId))
  if (history.made) return { result: replayed(history.made, input), replayed: true }
  if ((history.newest?.id ?? null) !== input.seen_change_id) throw changedMeanwhile(subscriptionId)
  // At the end of the period in which it was asked for, billed or not.
  if (request.kind === 'plan_change' && request.change_at === 'end_of_period') {
    // Whoever has closed the invoice of a period that has ended has had it billed: what follows on it is the current one.
    if (isBehind(facts, request, now) && (await isBoundaryClosed(transaction, facts))) return behind
    refuseNotRunning(facts, request, now)
    const scheduled = { facts, order: request, prepare, input, pending, now }
    return { result: await scheduleChange(transaction, scheduled), replayed: false }
  }
  if (history.hasDueGrants || isBehind(facts, request, now)) return behind
  refuseNotRunning(facts, request, now)
  const planned = await prepare({ facts, billed, now, lastChangeAt: history.lastAt })
  if (movesPeriod(facts, request, planned)) await voidForecasts(transaction, history.forecasts, now)
  const prepared = {
    ...planned,
    superseded: await makeWay(transaction, { subscriptionId, pending, request, now }),
  }
  return { result: await writeChange(transaction, { facts, prepared, input, now }), replayed: false }
}

/** Whether another period takes the place of the one that was to be billed next. */
function movesPeriod(
  { subscription }: ChargeFacts,
  { kind }: ChangeOrder,
  { planned: { at, gridChange } }: PreparedChange,
): boolean {
  const { current_period_end: end } = subscription
  if (kind === 'trial_end') return at.getTime() !== end.getTime()
  return gridChange !== null || (kind === 'cancellation' && at < end)
}

/** They are of a period that there is no more, so that billing would never come to them. Of a subscription there is one, as a rule. */
async function voidForecasts(transaction: Scoped, ids: readonly string[], now: Date): Promise<void> {
  for (const id of ids) await voidInvoice(transaction, id, now)
}

/** What has failed on the way is in the answer's warnings. */
function telling(
  failed: readonly FailedChange[],
  kind: Awaited<ReturnType<ChangeKind<never>>>,
): ReadingPrepare {
  const { reads, prepare } = 'reads' in kind ? kind : { reads: [], prepare: kind }
  if (failed.length === 0) return { reads, prepare }
  const told = failed.map(
    ({ scheduleId, message }) =>
      `The change ${scheduleId}, which waited for a boundary, can never be made: ${message}`,
  )
  return {
    reads,
    async prepare(held) {
      const { planned, ...prepared } = await prepare(held)
      return { ...prepared, planned: { ...planned, warnings: [...told, ...planned.warnings] } }
    },
  }
}

/** By the kind of what is asked for. */
function prepareKind(
  transaction: Scoped,
  request: SubscriptionChangeInput['request'],
): ReturnType<ChangeKind<never>> {
  switch (request.kind) {
    case 'plan_change':
      return planChangeKind(transaction, request)
    case 'cancellation':
      return cancellationKind(transaction, request)
    case 'pause':
      return pauseKind(transaction, request)
    case 'resume':
      return resumeKind(transaction, request)
    case 'trial_end':
      return trialEndKind(transaction, request)
    case 'quantity_change':
    case 'line_item_change':
      return lineChangesKind(transaction, request)
    case 'lines':
      return lineKind(transaction, request)
  }
}

function replayed(
  { request_hash, result }: { readonly request_hash: string | null; readonly result: object },
  input: SubscriptionChangeInput,
): SubscriptionChangeResult {
  if (request_hash !== input.request_hash) throw keyReused()
  return storedResult(result)
}

function changedMeanwhile(id: string): CodedError {
  return new CodedError('version_conflict', `Subscription ${id}: ${errorCodes.version_conflict.title}`)
}

/**
 * Whether billing is brought up first: of many changes who is behind is left out instead. What ends at its period's end, or
 * at a date in it, ends a period that is not billed, be it over; and a cancellation in the instant of a boundary is that
 * period's end.
 */
export function isBehind({ subscription }: ChargeFacts, request: ChangeOrder, now: Date): boolean {
  const { subscription_status: status, next_billing_at: dueAt } = subscription
  if (!isBilled(status) || dueAt === null || dueAt > now) return false
  if (request.kind !== 'cancellation') return true
  if (request.cancel_at !== null) return new Date(request.cancel_at) > dueAt
  return request.cancellation_type === 'immediate' && dueAt < now
}

/**
 * By when credits are to have been given before a change: what falls due in the instant of an end does not come any more.
 * Null of what ends the subscription with its period, before which nothing is billed: billing gives them by then.
 */
export function grantsUntil(request: ChangeOrder, now: Date): Date | null {
  if (request.kind !== 'cancellation') return now
  const isDated = request.cancel_at !== null
  if (!isDated && request.cancellation_type !== 'immediate') return null
  const end = isDated ? new Date(request.cancel_at ?? now) : now
  return end > now ? now : new Date(end.getTime() - 1)
}

/** A cancellation may be back-dated. */
function billedAfter(request: ChangeOrder, now: Date): Date {
  if (request.kind !== 'cancellation' || request.cancel_at === null) return now
  return earlier(now, new Date(request.cancel_at))
}

type Status = ChargeFacts['subscription']['subscription_status']

/** In which states each kind is possible; what is cancelled already a cancellation tells by itself. */
const possible: Readonly<Record<ChangeOrder['kind'], readonly Status[]>> = {
  plan_change: ['active', 'trialing'],
  quantity_change: ['active', 'trialing'],
  line_item_change: ['active', 'trialing'],
  lines: ['active', 'trialing'],
  cancellation: ['active', 'trialing', 'paused', 'incomplete', 'cancelled'],
  pause: ['active'],
  resume: ['paused', 'active'],
  trial_end: ['trialing'],
}

/**
 * A 409 whatever the state is: of two that come at once the second finds what the first has made, or is told that it was
 * changed meanwhile, and its answer does not hang on which.
 *
 * @throws state_conflict for a state in which the kind of change is not possible
 */
export function refuseNotRunning({ subscription }: ChargeFacts, { kind }: ChangeOrder, now: Date): void {
  const { id, subscription_status, start_date, cancel_at } = subscription
  const details = { subscription_status }
  if (!possible[kind].includes(subscription_status)) {
    const why = subscription_status === 'incomplete' ? ', as its first invoice is not paid' : ''
    const what = kind === 'trial_end' ? 'it is in no trial, whose end could be moved' : 'it cannot be changed'
    const message = `Subscription ${id} is ${subscription_status}${why}: ${what}`
    throw new CodedError('state_conflict', message, { details })
  }
  if (kind === 'cancellation' || kind === 'resume') return
  if (start_date > now) {
    const message = `Subscription ${id} has not begun: it cannot be changed`
    throw new CodedError('state_conflict', message, { details })
  }
  if (cancel_at !== null) {
    const message = `Subscription ${id} is to be cancelled at ${cancel_at.toISOString()}: take that back first`
    throw new CodedError('state_conflict', message, { details })
  }
}
