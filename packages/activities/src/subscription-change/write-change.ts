import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import { keepChangeResult, linesMarked } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { closeChangeInvoices, makeChange, writeMadeChanges } from './make-change.ts'
import type { PreparedChange } from './prepared-change.ts'

interface WrittenChange {
  readonly facts: ChargeFacts
  readonly prepared: PreparedChange
  readonly input: SubscriptionChangeInput
  readonly now: Date
}

/**
 * Writes what was prepared, in the transaction that holds the subscription: its lines, itself, the change's own row; then
 * what is credited and goes back; last, as numbers are taken, the change's invoice.
 */
export async function writeChange(
  transaction: Scoped,
  change: WrittenChange,
): Promise<SubscriptionChangeResult> {
  const { prepared, now } = change
  const made = makeChange(change)
  const { id, result } = made
  const marks = prepared.written ? [linesMarked(transaction, id, linesAtOnce(prepared.planned))] : []
  await writeMadeChanges(transaction, [made], now, ...marks, ...(prepared.beside ?? []))
  const told = await prepared.finish?.()
  await closeChangeInvoices(transaction, [made], now)
  if (!told) return result
  const { invoice_ids: more = [] } = told
  const all = { ...result, ...told, invoice_ids: [...more, ...result.invoice_ids] }
  await keepChangeResult(transaction, id, all)
  return all
}

/** What ends or begins with the change itself: what carries a chain on later does so by its price. */
function linesAtOnce({ at, closed, opened }: PreparedChange['planned']) {
  return {
    closed: closed.flatMap((one) => (one.at <= at ? [one.line.id] : [])),
    opened: opened.flatMap(({ id, start }) => (start <= at ? [id] : [])),
  }
}
