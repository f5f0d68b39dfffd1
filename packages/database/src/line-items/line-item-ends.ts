import { CodedError, invalid } from '@flexprice/domain'
import { later } from '@flexprice/domain/time'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { continuationsOf } from './line-item-chain.ts'
import { lockLine, raiseVersion, type StoredLine } from './line-item-lock.ts'

export interface LineItemEnd {
  readonly lineItemId: string
  /** Now, or the start of a line that is not yet at work, unless given. */
  readonly endDate?: Date | undefined
  readonly now: Date
}

/**
 * Ends a line by a user's wish, and with it the lines of its chain that would carry it on. A price sync
 * leaves that end, and the whole chain in this subscription, alone from then on. The subscription's row
 * is locked, so that a page of a sync comes before or after. An end that is set already can only come
 * earlier. Asking again changes nothing. No money moves: what was billed in advance is not given back.
 *
 * @throws not_found; validation_error when the end lies before the line's start or behind its present end;
 *   invalid_operation when the line has ended already, or the subscription's lines cannot change
 */
export function endLineItem(scoped: Scoped, end: LineItemEnd): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    const { line } = await lockLine(transaction, end.lineItemId)
    if (isEndedSo(line, end)) return
    const endDate = endOf(line, end)
    const following = await continuationsOf(transaction, line)
    const ids = [line, ...following].map(({ id }) => id)
    await transaction.db
      .updateTable('subscription_line_items')
      .set({
        end_date: sql<Date>`greatest(start_date, ${endDate}::timestamptz)`,
        ended_by: 'user',
        ...change(transaction.scope, end.now),
      })
      .where(sql<boolean>`id = any(${ids}::text[])`)
      .execute()
    await raiseVersion(transaction, line.subscription_id, end.now)
  })
}

/** A repeated request finds what the first one did. */
function isEndedSo({ end_date, ended_by }: StoredLine, { endDate, now }: LineItemEnd): boolean {
  if (ended_by !== 'user' || end_date === null) return false
  return endDate === undefined ? end_date <= now : endDate.getTime() === end_date.getTime()
}

function endOf({ id, start_date: start, end_date: presentEnd }: StoredLine, end: LineItemEnd): Date {
  const endDate = end.endDate ?? later(start, end.now)
  if (presentEnd && presentEnd <= end.now) {
    throw new CodedError('invalid_operation', `Line item ${id} has ended already`)
  }
  if (endDate < start) {
    throw invalid([{ path: 'effective_from', message: "must not be before the line's start" }])
  }
  if (presentEnd && presentEnd < endDate) {
    throw invalid([{ path: 'effective_from', message: "must not be after the line's present end" }])
  }
  return endDate
}
