import { assert, CodedError } from '@flexprice/domain'
import {
  type Decimal,
  decimalFromInteger,
  type Ratio,
  ratio,
  readDecimal,
  wholeRatio,
  zero,
} from '@flexprice/domain/money'
import type { Period } from '@flexprice/domain/time'
import {
  allUsage,
  type UsageAnswer,
  type UsagePart,
  type UsageQuestion,
  type UsageSlice,
} from '@flexprice/domain/usage'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { oddValues } from './odd-values.ts'
import { type UsageBatch, usageBatches } from './usage-batches.ts'
import type { UsageView } from './usage-events.ts'
import { customerKey, planScans, type UsageScan } from './usage-scans.ts'
import { type UsageRow, usageStatement } from './usage-statement.ts'

/** Of one call, with some 300 bytes each: a month of minutes of 20 customers. */
export const usagePartsMax = 1_000_000

/**
 * The usage that each question asks for, in their order (billing rules, section 4): the one engine of
 * previews, invoices, usage reports and analytics. It reads the events once for questions that differ in
 * their aggregation alone, and those of thousands of customers in one statement; within a transaction, as
 * its snapshot sees them.
 *
 * @param seenBy a `pg_snapshot`: what was committed after it does not count, so that many statements count the same
 * @param slice which of the events are seen, and by what their usage is told apart: of a report
 * @throws invalid_operation when the answers have more than `usagePartsMax` parts together
 */
export async function aggregateUsage(
  scoped: Scoped,
  questions: readonly UsageQuestion[],
  seenBy: string | null = null,
  slice: UsageSlice = allUsage,
): Promise<UsageAnswer[]> {
  const view = { seenBy, slice }
  const { scans, ofQuestion } = planScans(questions)
  const rowsOf = new Map<string, readonly UsageRow[]>()
  let rowsLeft = usagePartsMax
  let areSomeOdd = false
  for (const batch of usageBatches(scans)) {
    const rows = await readBatch(scoped, batch, { rowsMax: rowsLeft + 1, view })
    if (rows.length > rowsLeft) {
      const message = `The usage has more than ${usagePartsMax} parts: ask for fewer customers, a shorter window or larger buckets`
      throw new CodedError('invalid_operation', message)
    }
    rowsLeft -= rows.length
    areSomeOdd ||= rows.some(isOdd)
    for (const [key, ofScan] of Map.groupBy(rows, (row) => keyOfRow(batch, row))) rowsOf.set(key, ofScan)
  }
  const oddScans = areSomeOdd ? ofQuestion.filter((scan) => rowsOfScan(scan).some(isOdd)) : []
  const oddIds = await oddEventIds(scoped, new Set(oddScans), view)
  return questions.map((question, index) => {
    const scan = ofQuestion[index]
    assert(scan, 'each question has its scan')
    return { parts: rowsOfScan(scan).map((row) => partOf(question, row, { scan, oddIds, slice })) }
  })

  function rowsOfScan(scan: UsageScan): readonly UsageRow[] {
    return rowsOf.get(keyOf(scan, scan.externalCustomerId)) ?? []
  }
}

function isOdd({ not_numeric }: UsageRow): boolean {
  return not_numeric > 0
}

/** The first events without a number of each part that has such, by `oddKey`. */
async function oddEventIds(
  scoped: Scoped,
  scans: ReadonlySet<UsageScan>,
  view: UsageView,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = new Map<string, readonly string[]>()
  for await (const [batch, rows] of oddValues(scoped, [...scans], view)) {
    for (const row of rows) ids.set(oddKey(scanAt(batch, row.scan), row), row.event_ids)
  }
  return ids
}

function oddKey(scan: UsageScan, { span, part, group }: Pick<UsageRow, 'span' | 'part' | 'group'>): string {
  return JSON.stringify([keyOf(scan, scan.externalCustomerId), span, part, group])
}

/**
 * A pass over many customers' events, or everyone's, keeps a hash of all of their groups, which else goes to the disk several times.
 * Pages are as near as what follows them, on any disk of today: by PostgreSQL's default, which is of disks that turn,
 * it reads all of a month's events for a page of customers, though the index has theirs (four times the CPU, measured).
 */
function readBatch(
  scoped: Scoped,
  batch: UsageBatch,
  options: Parameters<typeof usageStatement>[1],
): Promise<UsageRow[]> {
  const read = async ({ db }: Scoped) => (await usageStatement(batch, options).execute(db)).rows
  if (batch.customers === null) return read(scoped)
  return inTransaction(scoped, async (transaction) => {
    await sql`select set_config('work_mem', ${passMemory}, true),
      set_config('random_page_cost', ${passPageCost}, true)`.execute(transaction.db)
    return read(transaction)
  })
}

const passMemory = '64MB'
const passPageCost = '1.3'

function keyOfRow(batch: UsageBatch, { scan: index, customer }: UsageRow): string {
  const scan = scanAt(batch, index)
  return keyOf(scan, customer ?? scan.externalCustomerId)
}

function scanAt({ scans }: UsageBatch, index: number): UsageScan {
  const scan = scans[index]
  assert(scan, 'a row is of a scan of its batch')
  return scan
}

function keyOf({ frame, pattern, wants }: UsageScan, customer: string | null): string {
  return `${wants.has('distinct')} ${frame} ${pattern} ${customerKey(customer)}`
}

function partOf(
  question: UsageQuestion,
  row: UsageRow,
  {
    scan,
    oddIds,
    slice,
  }: { scan: UsageScan; oddIds: ReadonlyMap<string, readonly string[]>; slice: UsageSlice },
): UsagePart {
  const { start, end } = periodOf(question, row)
  const areOdd = isOdd(row) && isOfNumbers(question)
  const part = {
    start,
    end,
    quantity: quantityOf(question, row, { start, end }),
    eventCount: row.events,
    notNumeric: areOdd ? row.not_numeric : 0,
    group: row.group,
  }
  const missing = question.measure.field === null ? 0 : row.events - row.present
  const oddEventIds = areOdd ? oddIds.get(oddKey(scan, row)) : undefined
  const split = slice.splitBy.length > 0 && row.group !== null ? splitGroup(row.group) : undefined
  // Nearly all have none of them.
  return oddEventIds || split || missing > 0
    ? { ...part, ...(oddEventIds && { oddEventIds }), ...(missing > 0 && { missing }), ...split }
    : part
}

/** A split row's group as the statement wrote it: with the values that it is split by. */
function splitGroup(group: string): Pick<UsagePart, 'group' | 'split'> {
  const texts: unknown = JSON.parse(group)
  assert(Array.isArray(texts), 'a split group is a list')
  const [own = null, ...split] = texts.map((text: unknown) => (text === null ? null : String(text)))
  return { group: own, split }
}

function periodOf({ spans }: UsageQuestion, { span: index, part }: UsageRow): Period {
  const span = spans[index]
  assert(span, 'a row is of a span of its question')
  if (span.stepMs === null) return { start: span.start, end: endOfJoined(spans, index) }
  const start = span.start.getTime() + part * span.stepMs
  return { start: new Date(start), end: new Date(Math.min(start + span.stepMs, span.end.getTime())) }
}

function endOfJoined(spans: UsageQuestion['spans'], index: number): Date {
  let last = index
  while (spans[last + 1]?.isJoined) last++
  const span = spans[last]
  assert(span, 'a row is of a span of its question')
  return span.end
}

function quantityOf({ measure, wholeMs }: UsageQuestion, row: UsageRow, { start, end }: Period): Ratio {
  switch (measure.aggregation) {
    case 'COUNT':
      return wholeRatio(decimalFromInteger(row.events))
    case 'COUNT_UNIQUE':
      return wholeRatio(decimalFromInteger(row.distinct))
    case 'SUM':
      return wholeRatio(decimalOf(row.sum))
    case 'SUM_WITH_MULTIPLIER':
      assert(measure.multiplier !== null, 'a sum with a multiplier has one')
      return wholeRatio(decimalOf(row.sum).times(readDecimal(measure.multiplier)))
    case 'AVG':
      return row.numbers === 0 ? wholeRatio(zero) : ratio(decimalOf(row.sum), decimalFromInteger(row.numbers))
    case 'MAX':
      return wholeRatio(decimalOf(row.greatest))
    case 'LATEST':
      return wholeRatio(decimalOf(row.latest))
    case 'WEIGHTED_SUM':
      return ratio(decimalOf(row.weighted), decimalFromInteger(wholeMs ?? end.getTime() - start.getTime()))
  }
}

function isOfNumbers({ measure }: UsageQuestion): boolean {
  return measure.aggregation !== 'COUNT' && measure.aggregation !== 'COUNT_UNIQUE'
}

/** Nothing to aggregate is 0. */
function decimalOf(text: string | null): Decimal {
  return text === null ? zero : readDecimal(text)
}
