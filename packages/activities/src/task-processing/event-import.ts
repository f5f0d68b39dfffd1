import {
  contradicting,
  isParsed,
  type ParsedEvent,
  parseEvent,
  tooFarAhead,
} from '@flexprice/contracts/events'
import { fileColumns } from '@flexprice/contracts/imports'
import { type AppendedEvents, postgresEventStore } from '@flexprice/database/events'
import type { FieldProblem } from '@flexprice/domain'
import type { EntityImport, ImportRow, RefusedRow, WrittenRows } from './entity-import.ts'

/** Usage events by the rules of `POST /events`, through the one way into the store. */
export function createEventImport({ taskId }: { taskId: string }): EntityImport {
  const taskKey = taskId.slice(taskId.indexOf('_') + 1)
  return {
    columns: fileColumns.EVENTS,
    prepare(rows) {
      const parsed: { readonly row: ImportRow; readonly event: ParsedEvent }[] = []
      const refused: RefusedRow[] = []
      for (const row of rows) {
        // A row without an id of its own is known by the task and its number, however often it is tried.
        const event = parseEvent(row.value, () => `event_${taskKey}_${row.row}`)
        if (isParsed(event)) parsed.push({ row, event })
        else refused.push({ row: row.row, text: row.text, problems: event })
      }
      return {
        refused,
        async write(transaction) {
          const events = parsed.map(({ event }) => event)
          const outcome = await postgresEventStore.append(transaction, events)
          return writtenOf(parsed, outcome)
        },
      }
    },
  }
}

function writtenOf(
  parsed: readonly { readonly row: ImportRow; readonly event: ParsedEvent }[],
  { duplicates, conflicts, tooFarAhead: ahead, contradicting: contradictory }: AppendedEvents,
): WrittenRows {
  const refusals = new Map<number, FieldProblem>([
    ...contradictory.map((index) => [index, contradicting] as const),
    ...ahead.map((index) => [index, tooFarAhead] as const),
  ])
  const refused = [...refusals].flatMap(([index, problem]): RefusedRow[] => {
    const one = parsed[index]
    return one ? [{ row: one.row.row, text: one.row.text, problems: [problem] }] : []
  })
  const created = parsed.length - refusals.size - duplicates.length
  const skipped = new Set(duplicates)
  const made = created === 0 ? [] : parsed.filter((_, index) => !skipped.has(index) && !refusals.has(index))
  const between = betweenOf(made.map(({ event }) => event.timestamp))
  return {
    counts: { created, updated: 0, duplicates: duplicates.length, conflicts: conflicts.length },
    refused,
    ...(between && { eventsBetween: between }),
  }
}

/** None where one has the environment's now: who looks for them by time looks without bounds then. */
function betweenOf(timestamps: readonly (string | null)[]) {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const timestamp of timestamps) {
    if (timestamp === null) return undefined
    const at = Date.parse(timestamp)
    first = Math.min(first, at)
    last = Math.max(last, at)
  }
  return first > last ? undefined : { first: new Date(first), last: new Date(last) }
}
