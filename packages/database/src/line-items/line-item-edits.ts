import { inTransaction, type Scoped } from '../connection/connection.ts'
import { together } from '../connection/together.ts'
import { editedLine, type LineItemEdit } from './edited-line.ts'
import { type LineState, lineState } from './line-state.ts'
import { lineWrites } from './write-lines.ts'

/**
 * Changes a line (billing rules, section 5). A quantity changes in place at the line's start; later the
 * line closes and another opens. Other money overrides the price from that instant. A ONETIME line changes at its start
 * only, as it would bill again. A plan's price that the edit names as it is becomes the subscription's own; else what equals
 * the present by value changes nothing. No money moves.
 *
 * @returns the id of the line that has the change: another one where the line was closed
 * @throws not_found; validation_error, also for an `effective_from` outside the line; state_conflict for a line that has
 *   ended; invalid_operation for a subscription whose lines cannot change; not_implemented for a later quantity of a plan's
 *   price
 */
export function updateLineItem(scoped: Scoped, edit: LineItemEdit): Promise<string> {
  return inTransaction(scoped, async (transaction) => {
    const [before] = await together(transaction, lineState(transaction, [edit.lineItemId]))
    const { state, lineItemId } = editedLine(before, edit)
    await together(transaction, ...lineWrites(transaction, { before, after: state }, edit.now))
    return lineItemId
  })
}

/**
 * Several edits of one subscription's lines, one after the other, as `updateLineItem` makes each of them: of a state that
 * was read, and nothing is written yet.
 *
 * @param tell names the edit that an error is of, by its index
 */
export function editedLines(
  before: LineState,
  edits: readonly LineItemEdit[],
  tell: (error: unknown, index: number) => unknown,
): LineState {
  return edits.reduce((state, edit, index) => {
    try {
      return editedLine(state, edit).state
    } catch (error) {
      throw tell(error, index)
    }
  }, before)
}
