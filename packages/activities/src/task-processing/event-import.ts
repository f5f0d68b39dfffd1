import { contradicting, isParsed, parseEvent, tooFarAhead } from '@flexprice/contracts/events'
import { fileColumns } from '@flexprice/contracts/imports'
import { type AppendedEvents, createCopiedEvents, postgresEventStore } from '@flexprice/database/events'
import type { FieldProblem } from '@flexprice/domain'
import type { EntityImport, ImportRow, RefusedRow, WrittenRows } from './entity-import.ts'

/** Usage events by the rules of `POST /events`, into the store as pages. */
export function createEventImport({ taskId }: { taskId: string }): EntityImport {
  const taskKey = taskId.slice(taskId.indexOf('_') + 1)
  return {
    columns: fileColumns.EVENTS,
    begin() {
      const page = createCopiedEvents()
      const taken: Taken[] = []
      const between = createBounds()
      const refused: RefusedRow[] = []
      return {
        add(rows) {
          for (const { row, text, value } of rows) {
            // A row without an id of its own is known by the task and its number, however often it is tried.
            const event = parseEvent(value, () => `event_${taskKey}_${row}`)
            if (isParsed(event)) {
              page.add(event)
              taken.push({ row, text })
              between.add(event.timestamp)
            } else refused.push({ row, text, problems: event })
          }
        },
        end: () => ({
          refused,
          stage: (transaction) => postgresEventStore.copy(transaction, page),
          async write(transaction, meanwhile) {
            const outcome = await postgresEventStore.appendCopied(transaction, page, meanwhile)
            return writtenOf(taken, outcome, between.bounds())
          },
        }),
      }
    },
  }
}

type Taken = Pick<ImportRow, 'row' | 'text'>

function writtenOf(
  taken: readonly Taken[],
  { duplicates, conflicts, tooFarAhead: ahead, contradicting: contradictory }: AppendedEvents,
  between: WrittenRows['eventsBetween'],
): WrittenRows {
  const refusals = new Map<number, FieldProblem>([
    ...contradictory.map((index) => [index, contradicting] as const),
    ...ahead.map((index) => [index, tooFarAhead] as const),
  ])
  const refused = [...refusals].flatMap(([index, problem]): RefusedRow[] => {
    const one = taken[index]
    return one ? [{ ...one, problems: [problem] }] : []
  })
  const created = taken.length - refusals.size - duplicates.length
  return {
    counts: { created, updated: 0, duplicates: duplicates.length, conflicts: conflicts.length },
    refused,
    ...(created > 0 && between && { eventsBetween: between }),
  }
}

/**
 * Between which instants a page's events lie, those included that were there already: whoever looks for them by time
 * looks nowhere else. Without bounds where one has the environment's now.
 */
function createBounds() {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  let isUnbounded = false
  return {
    add(timestamp: string | null): void {
      if (timestamp === null) {
        isUnbounded = true
        return
      }
      const at = Date.parse(timestamp)
      if (at < first) first = at
      if (at > last) last = at
    },
    bounds: () =>
      isUnbounded || first > last ? undefined : { first: new Date(first), last: new Date(last) },
  }
}
