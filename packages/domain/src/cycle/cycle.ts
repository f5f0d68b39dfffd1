import type { Decimal } from '../money/decimal.ts'
import type { PricingTerms } from '../price/charge.ts'
import type { BucketSize } from '../price/meter-terms.ts'
import type { InvoiceCadence, PriceType } from '../price/price-terms.ts'
import type { Proration, ProrationBehavior } from '../subscription/proration.ts'
import type { BillingPeriod } from '../time/billing-period.ts'
import type { Grid } from '../time/grid.ts'
import type { Lifetime, Period } from '../time/period.ts'
import type { Allowance } from '../usage/allowance.ts'
import type { MeterFacts } from '../usage/usage-measure.ts'
import type { UsageMeasure, UsageQuestion } from '../usage/usage-question.ts'
import type { LineCharge } from './line-charge.ts'

/** What of a line's price decides when and what it bills, by the contract's field names. */
export interface CycleTerms extends PricingTerms {
  readonly type: PriceType
  readonly invoice_cadence: InvoiceCadence
  readonly currency: string
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
}

/** How a USAGE line is measured: its price's meter with what the price narrows of it, and what is free. */
export interface LineMetering {
  readonly meter: MeterFacts
  /** The price's own; null: the meter's. */
  readonly bucketSize: BucketSize | null
  /** The price's `filter_values`: they hold beside the meter's filters. */
  readonly filterValues: Readonly<Record<string, readonly string[]>> | null
  /** Of the meter's features; spent in the order given. */
  readonly allowances: readonly Allowance[]
}

/** A subscription line item as billing sees it. */
export interface CycleLine extends Lifetime {
  readonly id: string
  /** Of its price and its successors, and of the plan price that an override replaces: lines of one chain never bill twice. */
  readonly chain: string
  readonly terms: CycleTerms
  /** Of a FIXED line. */
  readonly quantity: Decimal
  /** Null for FIXED. */
  readonly metering: LineMetering | null
  /** Of ONETIME: false bills one whose boundary has passed unbilled, such as one that was added inside a period. */
  readonly isBilled?: boolean | undefined
  /** Of a line with a longer period than its subscription's: until when other invoices bill its chain; null: not at all. */
  readonly billedUntil?: Date | null | undefined
}

/** What is billed, of which subscription. */
export interface Cycle {
  readonly grid: Grid
  /** The subscription's own start and end. */
  readonly start: Date
  readonly end?: Date | null | undefined
  /** Nothing before it is billed; null or none: the start. */
  readonly trialEnd?: Date | null | undefined
  readonly prorationBehavior: ProrationBehavior
  /** Null where no usage can be asked for, as in an opening. */
  readonly externalCustomerId: string | null
  /** [S, T): FIXED ARREAR and USAGE with a boundary in (S, T] bill. Null for an opening. */
  readonly closes: Period | null
  /** [T, U): ADVANCE with a boundary in [T, U) bills. Null when nothing follows. */
  readonly opens: Period | null
  /** Of an opening at creation: its instant. A line that came inside the period by then is on it. */
  readonly openedAt?: Date | undefined
  /** Where the chains begin whose period is longer than the subscription's: `planCycle` finds them. */
  readonly chainStarts?: ReadonlyMap<string, Date> | undefined
  /**
   * `at_boundaries` (default): a line's usage bills for its own whole window when that ends in (S, T].
   * `within`: usage of exactly [S, T), whatever boundaries lie there: for calculations of any window.
   */
  readonly usage?: 'at_boundaries' | 'within' | undefined
}

export interface CyclePlan<Line> {
  readonly grid: Grid
  readonly fixed: readonly PlannedFixed<Line>[]
  readonly usage: readonly PlannedUsage<Line>[]
  /** Lines that bill nothing here and have spent of the allowances. */
  readonly spenders: readonly MeasuredUsage<Line>[]
  /** All that the rating needs to know, for `rateCycle` in this order; one or two for each USAGE line. */
  readonly questions: readonly UsageQuestion[]
}

export interface PlannedFixed<Line> {
  readonly line: Line
  /** What the amount pays for; a ONETIME charge is for an instant, its start twice. */
  readonly span: Period
  readonly proration: Proration | null
}

/** What is asked of a line's usage; `question` and `questionBefore` are places in the plan's questions. */
export interface MeasuredUsage<Line> {
  readonly line: Line
  readonly measure: UsageMeasure
  readonly bucketSize: BucketSize | null
  /** The line's own: that of its price's period. */
  readonly grid: Grid
  readonly question: number
  /** Of a meter that is never reset, weighted or with an allowance that is given once: its value as the window begins. */
  readonly questionBefore: number | null
}

export interface PlannedUsage<Line> extends MeasuredUsage<Line> {
  /** The usage that is billed. Usage before it only counts against allowances. */
  readonly window: Period
}

export interface CycleCharge<Line> extends LineCharge {
  readonly line: Line
  readonly span: Period
  /** What was priced, beyond allowances; a quotient without an end is rounded to 18 digits, for show only. */
  readonly quantity: Decimal
}
