import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { assert, CodedError } from '@flexprice/domain'
import { lineMoves, type PlannedChange, planChange } from '@flexprice/domain/change'
import { type ChangeLine, changeFacts, changeLines } from './change-line.ts'
import type { HeldSubscription, PreparedChange } from './prepared-change.ts'

/**
 * What the lines' own doors have moved by now of a subscription that is held, as a change of it.
 *
 * @throws invalid_operation where that is nothing
 */
export async function editedLines(
  transaction: Scoped,
  held: HeldSubscription,
  behavior: PlannedChange<ChangeLine>['behavior'],
): Promise<PreparedChange> {
  const { id } = held.facts.subscription
  const [after] = await readChargeFacts(transaction, [id], { lock: true })
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
  return new CodedError('invalid_operation', `Subscription ${id}: its lines are as is asked for already`)
}
