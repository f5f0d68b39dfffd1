import { type ChargeFacts, chargedRows, chargeFacts } from '@flexprice/database/calculations'
import { all, type Reading, type Scoped, together } from '@flexprice/database/connection'
import { assert, CodedError } from '@flexprice/domain'
import { lineMoves, type PlannedChange, planChange } from '@flexprice/domain/change'
import { type ChangeLine, changeFacts, changeLines } from './change-line.ts'
import type { HeldSubscription, PreparedChange } from './prepared-change.ts'

/**
 * What the lines' own doors have moved of a subscription that is held, as a change of it.
 *
 * @param of.writes what they are still to write: it is sent with what is read behind it
 * @throws state_conflict where that is nothing
 */
export async function movedLines(
  transaction: Scoped,
  held: HeldSubscription,
  {
    behavior,
    writes = [],
  }: {
    readonly behavior: PlannedChange<ChangeLine>['behavior']
    readonly writes?: readonly Reading<void>[]
  },
): Promise<PreparedChange> {
  const { id } = held.facts.subscription
  const [, rows] = await together(transaction, all(writes), chargedRows(transaction, [id], { lock: true }))
  const [after] = await chargeFacts(transaction, rows)
  assert(after, 'what is held is there')
  const moves = lineMoves(changeLines(held.facts), changeLines(after), held.now)
  if (moves.closed.length === 0 && moves.opened.length === 0) throw nothingChanges(held.facts)
  const { plan_id, plan_name } = after.subscription
  return {
    planned: planChange(changeFacts(after, held.billed), { kind: 'lines', behavior, moves }, held.now),
    subscription: {},
    toPlan: { id: plan_id, name: plan_name },
    written: after,
  }
}

function nothingChanges({ subscription: { id } }: ChargeFacts): CodedError {
  return new CodedError('state_conflict', `Subscription ${id}: its lines are as is asked for already`)
}
