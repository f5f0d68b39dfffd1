import { charge } from './charge.ts'
import { type Grid, intervalAt, type Span, shared } from './grid.ts'
import type { Line } from './lines.ts'
import { fromText, over, type Ratio, round, times, whole } from './ratio.ts'

/** A line of an invoice, as the rules want it. */
export interface ExpectedLine {
  readonly chain: number
  readonly type: 'FIXED' | 'USAGE'
  /** When it is at work in the period that it bills. */
  readonly start: number
  readonly cents: bigint
  /** Of one that bills in advance: when the time ends that it is for. */
  readonly paidUntil: number | null
  /** Of a FIXED one: its money and quantity. */
  readonly terms?: string
  /** What changes have given back of it, and for the time from when on. */
  credited: bigint
  creditedFrom: number | null
  /** When it went last without giving back anything, as notes had taken all of it. */
  emptyFrom?: number
  /** Of a USAGE line: how many events it counts. */
  readonly events?: number
}

export interface FixedTerms {
  readonly grid: Grid
  readonly isProrated: boolean
  /** When what is paid begins and ends. */
  readonly paid: Span
  /** The ONETIME chains that other invoices bill. */
  readonly billedOnce: ReadonlySet<number>
}

/** FIXED ADVANCE of the period that begins (billing rules, sections 5 and 6). */
export function advanceLines(
  terms: FixedTerms,
  lines: readonly Line[],
  period: Span,
  openedAt: number | null,
): ExpectedLine[] {
  const advance = lines.filter(({ chain: { terms: own } }) => isFixed(own, 'ADVANCE'))
  if (terms.isProrated) return advance.flatMap((line) => shareOf(terms, line, period))
  return advance.flatMap((line) => {
    if (line.start <= period.start && line.end > period.start)
      return [wholeOf(line, period.start, period.end)]
    const isNew = openedAt !== null && line.start > period.start && line.start <= openedAt
    if (!isNew || !shared(line, period)) return []
    const hasEarlier = lines.some(
      (other) => other.chain.id === line.chain.id && other.start < line.start && shared(other, period),
    )
    return hasEarlier ? [] : [wholeOf(line, line.start, period.end)]
  })
}

/** FIXED ARREAR of the period that ended; not prorating the latest of a chain, whole, unless a change has parted it. */
export function arrearLines(terms: FixedTerms, lines: readonly Line[], period: Span): ExpectedLine[] {
  const arrear = lines.filter(({ chain: { terms: own } }) => isFixed(own, 'ARREAR'))
  const cut = new Set(arrear.filter((line) => isCutIn(line, period)).map(({ chain }) => chain.id))
  const byShare = arrear.filter(({ chain }) => terms.isProrated || cut.has(chain.id))
  const latest = new Map<number, Line>()
  for (const line of arrear.filter((one) => !byShare.includes(one))) {
    const other = latest.get(line.chain.id)
    if (shared(line, period) && (!other || line.start > other.start)) latest.set(line.chain.id, line)
  }
  return [
    ...byShare.flatMap((line) => shareOf(terms, line, period)),
    ...[...latest.values()].map((line) => wholeOf(line, period.start)),
  ]
}

/**
 * ONETIME bills once: its start, or where what is paid begins, is its boundary. Where no invoice has it, as the one of
 * its boundary was voided, the next one does.
 */
export function onceLines(
  terms: FixedTerms,
  lines: readonly Line[],
  { closes, opens }: { closes: Span | null; opens: Span | null },
): ExpectedLine[] {
  return lines.flatMap((line) => {
    const { isOnce, cadence } = line.chain.terms
    const boundary = Math.max(line.start, terms.paid.start)
    if (!isOnce || terms.billedOnce.has(line.chain.id)) return []
    if (boundary >= Math.min(line.end, terms.paid.end)) return []
    const until = cadence === 'ADVANCE' ? (opens ?? closes)?.end : closes && closes.end + 1
    return until && boundary < until ? [wholeOf(line, line.start)] : []
  })
}

function isCutIn({ start, end, isCutAtStart, isCutAtEnd }: Line, period: Span): boolean {
  const isInside = (at: number) => at > period.start && at < period.end
  return (isCutAtStart === true && isInside(start)) || (isCutAtEnd === true && isInside(end))
}

function isFixed(own: Line['chain']['terms'], cadence: 'ADVANCE' | 'ARREAR'): boolean {
  return own.type === 'FIXED' && !own.isOnce && own.cadence === cadence
}

function shareOf({ grid }: FixedTerms, line: Line, period: Span): ExpectedLine[] {
  const active = shared(line, period)
  if (!active) return []
  const interval = intervalAt(grid, active.start)
  const share = over(whole(active.end - active.start), whole(interval.end - interval.start))
  const paidUntil = line.chain.terms.cadence === 'ADVANCE' ? active.end : null
  return [expected(line, { start: active.start, paidUntil }, times(fullAmount(line), share))]
}

function wholeOf(line: Line, start: number, paidUntil: number | null = null): ExpectedLine {
  return expected(line, { start, paidUntil }, fullAmount(line))
}

function expected(line: Line, of: Pick<ExpectedLine, 'start' | 'paidUntil'>, amount: Ratio): ExpectedLine {
  const cents = round(times(amount, whole(100)))
  const terms = JSON.stringify([line.money, line.quantity])
  return { chain: line.chain.id, type: 'FIXED', ...of, cents, terms, credited: 0n, creditedFrom: null }
}

function fullAmount({ money, quantity }: Line): Ratio {
  return charge(money, fromText(quantity))
}
