import type {
  BilledTime,
  ChangedPrice,
  ChangeFacts,
  ComingTerms,
  RunningLine,
  TargetPrice,
} from '../change/index.ts'
import type { CycleTerms } from '../cycle/cycle.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { dec } from './price-arbitrary.ts'

export const day = (text: string) => new Date(`${text}T00:00:00Z`)
export const grid: Grid = { anchor: day('2026-06-01'), period: 'MONTHLY', count: 1, timeZone: 'UTC' }
/** 30 days. */
export const june: Period = { start: day('2026-06-01'), end: day('2026-07-01') }

const terms: CycleTerms = {
  type: 'FIXED',
  invoice_cadence: 'ADVANCE',
  currency: 'usd',
  billing_period: 'MONTHLY',
  billing_period_count: 1,
  billing_model: 'FLAT_FEE',
  amount: '30',
}

const price: Omit<ChangedPrice, 'id' | 'root_price_id'> = {
  lookup_key: null,
  min_quantity: null,
  meter_id: null,
  filter_values: null,
  currency: 'usd',
  billing_period: 'MONTHLY',
  billing_period_count: 1,
  start_date: day('2026-01-01'),
  end_date: null,
}

/** A price of a plan that is changed to: FIXED in advance, of 30, unless told. */
export function target(
  id: string,
  changes: Partial<CycleTerms> = {},
  own: Partial<ChangedPrice & Pick<TargetPrice, 'waits_for'>> = {},
): TargetPrice {
  const { billing_period = price.billing_period, billing_period_count = 1 } = changes
  const of = { ...price, billing_period, billing_period_count, id, root_price_id: id, waits_for: null }
  return { ...of, ...own, terms: { ...terms, ...changes }, metering: null }
}

/** A line by such a price, since the first of June. */
export function running(one: TargetPrice, changes: Partial<RunningLine> = {}): RunningLine {
  const { terms: ofLine, metering, ...own } = one
  return {
    id: `line_${one.id}`,
    chain: one.root_price_id,
    price: own,
    terms: ofLine,
    metering,
    quantity: dec('1'),
    start: june.start,
    isOfPlan: true,
    ...changes,
  }
}

/** A line that comes, as callers make it. */
export function coming({ terms: ofLine, metering, ...own }: TargetPrice, line: ComingTerms): RunningLine {
  return { ...line, price: own, terms: ofLine, metering }
}

/** What an invoice has billed of a line, for June unless told. */
export function billed(lineId: string, amount: string, changes: Partial<BilledTime> = {}): BilledTime {
  const of = {
    id: `billed_${lineId}`,
    invoiceId: 'inv',
    isDraft: false,
    lineId,
    priceId: lineId.replace('line_', ''),
    quantity: dec('1'),
    span: june,
  }
  const { credited = dec('0') } = changes
  const none = { credited, creditedByChanges: credited, creditedFrom: null }
  return { ...of, billed: dec(amount), ...none, ...changes }
}

export function factsOf(
  lines: readonly RunningLine[],
  bills: readonly BilledTime[] = [],
  changes: Partial<ChangeFacts<RunningLine>> = {},
): ChangeFacts<RunningLine> {
  let drawn = 0
  return {
    cycle: { grid, start: june.start, prorationBehavior: 'none', externalCustomerId: null },
    currency: 'usd',
    period: june,
    planId: 'plan_a',
    lines,
    billed: bills,
    newLineId: () => `new_${++drawn}`,
    ...changes,
  }
}
