import type { LineChangesOrder } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { updateLineItem } from '@flexprice/database/line-items'
import { CodedError, invalid, isCodedError, notFound } from '@flexprice/domain'
import { editedLines } from './edited-lines.ts'
import type { ChangeKind, HeldSubscription } from './prepared-change.ts'

/**
 * Other quantities and amounts of lines, at once (billing rules, section 8): by the lines' own door, and what that has
 * moved is credited and charged as any change is.
 */
export const lineChangesKind: ChangeKind<LineChangesOrder> = async (transaction, order) => async (held) => {
  refuseDoubles(order)
  await editLines(transaction, order, held)
  return editedLines(transaction, held, order.proration_behavior)
}

/** At most as many as a request has, each by the statements of its own door. */
async function editLines(
  transaction: Scoped,
  { kind, lines }: LineChangesOrder,
  { facts, now }: HeldSubscription,
): Promise<void> {
  const known = new Set(facts.lines.map(({ line }) => line.id))
  for (const [index, { line_item_id: lineItemId, quantity, amount }] of lines.entries()) {
    if (!known.has(lineItemId)) throw notFound('Line item', lineItemId)
    const edit = {
      lineItemId,
      quantity: quantity ?? undefined,
      money: amount === null ? {} : { amount },
      now,
    }
    try {
      await updateLineItem(transaction, edit)
    } catch (error) {
      throw atLine(error, `${kind}_params.line_items[${index}]`)
    }
  }
}

/** Names the fields of the line that they are of. */
function atLine(error: unknown, line: string): unknown {
  if (!isCodedError(error) || !error.details?.fields) return error
  const fields = error.details.fields.map(({ path, message }) => ({
    path: `${line}.${path}`,
    message,
  }))
  return new CodedError(error.code, error.message, { details: { ...error.details, fields } })
}

function refuseDoubles({ kind, lines }: LineChangesOrder): void {
  const seen = new Set<string>()
  for (const [index, { line_item_id: id }] of lines.entries()) {
    if (seen.has(id))
      throw invalid([
        { path: `${kind}_params.line_items[${index}].id`, message: 'is changed by another item already' },
      ])
    seen.add(id)
  }
}
