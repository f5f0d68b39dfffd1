import { invalid } from '@flexprice/domain'
import { userEndOf } from '@flexprice/domain/subscription'
import { later } from '@flexprice/domain/time'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { together } from '../connection/together.ts'
import { endedAlready } from './edited-line.ts'
import { endedAt, type LineStretch, stretchIn } from './line-item-chain.ts'
import type { StoredLine } from './line-item-lock.ts'
import { chainOf, lineOf, lineState, withLines } from './line-state.ts'
import { lineWrites } from './write-lines.ts'

export interface LineItemEnd {
  readonly lineItemId: string
  /** Now, or the start of a line that is not yet at work, unless given. */
  readonly endDate?: Date | undefined
  readonly now: Date
}

/**
 * Ends a line by a user's wish, and with it the lines of its chain that would carry it on. A price sync
 * leaves that end, and the whole chain in this subscription, alone from then on. An end that the plan's price set
 * is none of a user's: the line's stretch is ended, also behind it. The subscription's row is locked, so that a page
 * of a sync comes before or after. An end that is set already can only come
 * earlier. Asking again changes nothing. It moves no money itself: what was billed in advance is given back by a change
 * alone.
 *
 * @throws not_found; validation_error when the end lies before the line's start or behind its present end;
 *   state_conflict when the line has ended already; invalid_operation when the subscription's lines cannot change
 */
export function endLineItem(scoped: Scoped, end: LineItemEnd): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    const [before] = await together(transaction, lineState(transaction, [end.lineItemId]))
    const { line, price } = lineOf(before, end.lineItemId)
    const stretch = stretchIn(chainOf(before, price), { line, price })
    if (isEndedSo(stretch, end)) return
    const at = endOf(line, stretch, end)
    const ending = [...stretch.lines, ...stretch.following].map(({ id }) => lineOf(before, id).line)
    const after = withLines(before, endedAt(ending, at))
    await together(transaction, ...lineWrites(transaction, { before, after }, end.now))
  })
}

/** A repeated request finds what the first one did. */
function isEndedSo({ lines, end }: LineStretch, { endDate, now }: LineItemEnd): boolean {
  const last = lines.at(-1)
  if (end === null || last === undefined || userEndOf(last) === null) return false
  return endDate === undefined ? end <= now : endDate.getTime() === end.getTime()
}

function endOf(
  { id, start_date: start }: StoredLine,
  { end: presentEnd }: LineStretch,
  end: LineItemEnd,
): Date {
  const endDate = end.endDate ?? later(start, end.now)
  if (presentEnd && presentEnd <= end.now) throw endedAlready(id)
  if (endDate < start) {
    throw invalid([{ path: 'effective_from', message: "must not be before the line's start" }])
  }
  if (presentEnd && presentEnd < endDate) {
    throw invalid([{ path: 'effective_from', message: "must not be after the line's present end" }])
  }
  return endDate
}
