import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { readBilledTime, readChangeHistory } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { assert, CodedError, errorCodes, keyReused, notFound } from '@flexprice/domain'
import { behind } from './bring-up.ts'
import { advanceLineIds } from './change-line.ts'
import { lineChangesKind } from './line-changes-kind.ts'
import { planChangeKind } from './plan-change-kind.ts'
import type { ChangeKind } from './prepared-change.ts'
import { scheduleChange } from './schedule-change.ts'
import { storedResult } from './stored-result.ts'
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
 * @returns `behind`, having written nothing, where a period of the subscription has ended and is not billed
 */
export async function changeHeld(
  transaction: Scoped,
  input: SubscriptionChangeInput,
  now: Date,
): Promise<Changed | typeof behind> {
  assert(transaction.db.isTransaction, 'what is read is held until it is written')
  const { subscription_id: subscriptionId, request } = input
  const prepare = await prepareKind(transaction, request)
  const [facts] = await readChargeFacts(transaction, [subscriptionId], { lock: true })
  if (!facts) throw notFound('Subscription', subscriptionId)
  // Behind the lock: of two that come at once the second finds what the first has made.
  const history = await readChangeHistory(transaction, { subscriptionId, key: input.idempotency_key })
  if (history.made) return { result: replayed(history.made, input), replayed: true }
  if ((history.newest?.id ?? null) !== input.seen_change_id) throw changedMeanwhile(subscriptionId)
  // At the end of the period in which it was asked for, billed or not.
  if (request.kind === 'plan_change' && request.change_at === 'end_of_period') {
    refuseNotRunning(facts, now)
    const scheduled = { facts, order: request, prepare, input, now }
    return { result: await scheduleChange(transaction, scheduled), replayed: false }
  }
  if (isBehind(facts, now)) return behind
  refuseNotRunning(facts, now)
  const billed = await readBilledTime(transaction, advanceLineIds(facts), now)
  const prepared = await prepare({ facts, billed, now })
  return { result: await writeChange(transaction, { facts, prepared, input, now }), replayed: false }
}

/** By the kind of what is asked for. */
function prepareKind(
  transaction: Scoped,
  request: SubscriptionChangeInput['request'],
): ReturnType<ChangeKind<unknown>> {
  switch (request.kind) {
    case 'plan_change':
      return planChangeKind(transaction, request)
    case 'quantity_change':
    case 'line_item_change':
      return lineChangesKind(transaction, request)
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

function isBehind({ subscription }: ChargeFacts, now: Date): boolean {
  const { subscription_status: status, next_billing_at: dueAt } = subscription
  return (status === 'active' || status === 'trialing') && dueAt !== null && dueAt <= now
}

function refuseNotRunning({ subscription }: ChargeFacts, now: Date): void {
  const { id, subscription_status, start_date, cancel_at: cancelAt } = subscription
  const details = { subscription_status }
  if (subscription_status !== 'active' && subscription_status !== 'trialing') {
    const message = `Subscription ${id} is ${subscription_status}: it cannot be changed`
    throw new CodedError('invalid_operation', message, { details })
  }
  if (cancelAt) {
    const message = `Subscription ${id} is to be cancelled at ${cancelAt.toISOString()}: it cannot be changed`
    throw new CodedError('state_conflict', message, { details: { cancel_at: cancelAt.toISOString() } })
  }
  if (start_date > now) {
    throw new CodedError('invalid_operation', `Subscription ${id} has not begun: it cannot be changed`, {
      details,
    })
  }
}
