import type { LineChangesOrder } from '@flexprice/contracts/workflows'
import { editedLines, lineStateLater, lineWrites } from '@flexprice/database/line-items'
import { CodedError, invalid, isCodedError, notFound } from '@flexprice/domain'
import { movedLines } from './moved-lines.ts'
import type { ChangeKind } from './prepared-change.ts'

/**
 * Other quantities and amounts of lines, at once (billing rules, section 8): by the rules of the lines' own door, and what
 * that has moved is credited and charged as any change is. However many lines there are, they are read and written together.
 */
export const lineChangesKind: ChangeKind<LineChangesOrder> = async (transaction, order) => {
  const { kind, lines } = order
  const state = lineStateLater(
    transaction,
    lines.map((line) => line.line_item_id),
  )
  return {
    reads: [state.sent],
    async prepare(held) {
      refuseDoubles(order)
      const known = new Set(held.facts.lines.map(({ line }) => line.id))
      const unknown = lines.find((line) => !known.has(line.line_item_id))
      if (unknown) throw notFound('Line item', unknown.line_item_id)
      const edits = lines.map(({ line_item_id: lineItemId, quantity, amount }) => ({
        ...{ lineItemId, quantity: quantity ?? undefined, now: held.now },
        money: amount === null ? {} : { amount },
      }))
      const before = state.result()
      const after = editedLines(before, edits, (error, index) =>
        atLine(error, `${kind}_params.line_items[${index}]`),
      )
      const writes = lineWrites(transaction, { before, after }, held.now)
      return movedLines(transaction, held, { behavior: order.proration_behavior, writes })
    },
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
