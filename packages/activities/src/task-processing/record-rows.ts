import { missingRecordProblem } from '@flexprice/contracts/wire'
import type { Scoped, WrittenRecord } from '@flexprice/database/connection'
import { attempting } from '@flexprice/database/imports'
import {
  type CodedError,
  errorKind,
  type FieldProblem,
  isCodedError,
  isInternal,
  isRetryable,
} from '@flexprice/domain'
import type { ImportRow, RefusedRow, WrittenRows } from './entity-import.ts'

/**
 * Writes a page's rows, all at once. Where something refuses them as a whole (another request was ahead, an amount that
 * no column holds), each half is written by itself, down to the row at fault, which is rejected alone.
 *
 * @param work an outcome for each row, in their order; a fixed number of statements, however many they are
 */
export async function writeRecords<Row extends { readonly row: ImportRow }>(
  transaction: Scoped,
  rows: readonly Row[],
  work: (rows: readonly Row[]) => Promise<readonly WrittenRecord[]>,
): Promise<WrittenRows> {
  const outcomes = await inHalves(transaction, rows, work)
  const refused: RefusedRow[] = []
  const created: string[] = []
  const updated: string[] = []
  let duplicates = 0
  for (const [index, outcome] of outcomes.entries()) {
    const row = rows[index]?.row
    if ('created' in outcome) created.push(outcome.created)
    else if ('updated' in outcome) updated.push(outcome.updated)
    else if ('duplicate' in outcome) duplicates++
    else if (row)
      refused.push({ row: row.row, text: row.text, problems: problemsOf(outcome.refused, row.value) })
  }
  const counts = { created: created.length, updated: updated.length, duplicates, conflicts: 0 }
  const made = new Set(created)
  return { counts, refused, records: { created, updated: updated.filter((id) => !made.has(id)) } }
}

async function inHalves<Row>(
  transaction: Scoped,
  rows: readonly Row[],
  work: (rows: readonly Row[]) => Promise<readonly WrittenRecord[]>,
): Promise<WrittenRecord[]> {
  if (rows.length === 0) return []
  try {
    return [...(await attempting(transaction, () => work(rows)))]
  } catch (error) {
    if (!isRefusal(error)) throw error
    if (rows.length === 1) return [{ refused: error }]
  }
  const middle = Math.ceil(rows.length / 2)
  const left = await inHalves(transaction, rows.slice(0, middle), work)
  return [...left, ...(await inHalves(transaction, rows.slice(middle), work))]
}

/** As a door would answer with it; what may pass by itself is for the page's next attempt. */
function isRefusal(error: unknown): error is CodedError {
  return isCodedError(error) && !isRetryable(errorKind(error.code)) && !isInternal(errorKind(error.code))
}

/** The fields at fault, as a door's answer names them; of what is no field's fault, the answer's own words. */
function problemsOf({ code, message, details }: CodedError, value: unknown): readonly FieldProblem[] {
  if (details?.fields?.length) return details.fields
  const missing = code === 'not_found' ? missingRecordProblem(details, [value]) : undefined
  return [missing ?? { path: '', message }]
}
