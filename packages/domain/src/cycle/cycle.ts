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
import type { UsageMeasure, UsageQuestion, UsageSpan } from '../usage/usage-question.ts'
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
  /**
   * Its price has ended it: until the chain's next line, or a user's end before that, its time is the chain's, of which a
   * sync left out a version.
   */
  readonly heldUntil?: Date | 'next' | undefined
  /** A change has opened or closed it, and no other line bills the same: what is in arrears bills by its active share. */
  readonly comesByChange?: boolean | undefined
  readonly goesByChange?: boolean | undefined
  /** Of ONETIME: false bills one whose boundary has passed unbilled, such as one that was added inside a period. */
  readonly isBilled?: boolean | undefined
  /** Of a line whose subscription has another grid since: the one that it was billed on. It ends with it at the latest. */
  readonly formerGrid?: FormerGrid | null | undefined
  /** Of a line with a longer period than its subscription's: until when other invoices bill its chain; null: not at all. */
  readonly billedUntil?: Date | null | undefined
}

/** A grid that a change has ended: what was still open of its interval bills as far as that. In the subscription's zone. */
export interface FormerGrid extends Omit<Grid, 'timeZone' | 'since'> {
  readonly until: Date
}

/** What is billed, of which subscription. */
export interface Cycle {
  readonly grid: Grid
  /** Of the period that begins, where a change puts another grid in the place of the one that ends; none: the same. */
  readonly opensGrid?: Grid | undefined
  /** The subscription's own start and end. */
  readonly start: Date
  readonly end?: Date | null | undefined
  /** Nothing before it is billed; null or none: the start. */
  readonly trialEnd?: Date | null | undefined
  /** Nothing before it is billed, as another system has; null or none: all is. */
  readonly billFrom?: Date | null | undefined
  readonly prorationBehavior: ProrationBehavior
  /** Of ADVANCE for a period that a cancellation cuts, where another one holds; none: the same. */
  readonly advanceBehavior?: ProrationBehavior | undefined
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

/** Where it tells of a line, it says the line's place among the subscription's: subscriptions that are alike share all else. */
export interface CyclePlan<Line> extends CycleShape {
  readonly lines: readonly Line[]
  /** All that the rating needs to know, for `rateCycle` in this order; one or two for a chain of one line. */
  readonly questions: readonly UsageQuestion[]
}

/** What a cycle bills, whoever's it is. */
export interface CycleShape {
  readonly grid: Grid
  readonly fixed: readonly PlannedFixed[]
  /** The USAGE lines, by chain and interval. */
  readonly usage: readonly PlannedUsage[]
  /** Chains that bill nothing here and have spent of the allowances. */
  readonly spenders: readonly MeasuredUsage[]
}

/** A question of whoever's cycle it is. */
export type AskedUsage = Omit<UsageQuestion, 'externalCustomerId'>

export interface PlannedFixed {
  /** Of the line. */
  readonly place: number
  /** What the amount pays for; a ONETIME charge is for an instant, its start twice. */
  readonly span: Period
  readonly proration: Proration | null
}

/** What is asked of a chain's usage. */
export interface MeasuredUsage {
  /** The place of the chain's oldest line: it says whose turn the chain has where allowances are shared, whatever edits came since. */
  readonly first: number
  readonly metering: LineMetering
  readonly measure: UsageMeasure
  readonly bucketSize: BucketSize | null
  /** That of its prices' period. */
  readonly grid: Grid
  readonly asked: AskedParts | AskedValues
}

/** The usage of times. Questions are places in the plan's. */
export interface AskedParts {
  readonly kind: 'parts'
  readonly question: number
  /** The plain sums of the same parts, where a weighted value goes on into another part. */
  readonly sums: number | null
  /** Ascending. The last one is what is billed, if anything is; those before only count against allowances. */
  readonly stretches: readonly UsageStretch[]
  readonly billedFrom: Date
  /** Whose milliseconds a weighted sum without buckets is divided by. */
  readonly whole: Period | null
}

/** Times that are drawn from allowances as one: `periods` are cut out of `slots`, which know nothing of edits. */
export interface UsageStretch {
  readonly periods: readonly Period[]
  readonly slots: readonly UsageSpan[]
}

/** Of a meter that is never reset: its value at instants, by their milliseconds. Where none is asked it is 0. */
export interface AskedValues {
  readonly kind: 'values'
  readonly questions: ReadonlyMap<number, number>
}

/** A chain's windows in one interval of its grid, which are rated as one (billing rules, section 5). */
export interface PlannedUsage {
  readonly windows: readonly ChainWindow[]
  /** All of the usage, once for each way in which lines look at it, by buckets and what is free: nearly always one. */
  readonly views: readonly MeasuredUsage[]
}

export interface ChainWindow {
  /** Of its line. */
  readonly place: number
  readonly window: Period
  /** What of it is asked for: all, unless a calculation is of some other time. */
  readonly measured: Period | null
  /** Of the planned usage: the one by its price's bucket size and what is free to it. */
  readonly view: number
  /** Where what is asked for is not all that the line has in the interval: which of its ends are left out. */
  readonly cut?: CutWindow
}

export interface CutWindow {
  readonly start: boolean
  readonly end: boolean
}

export interface CycleCharge<Line> extends LineCharge {
  readonly line: Line
  readonly span: Period
  /** What was priced, beyond allowances; a quotient without an end is rounded to 18 digits, for show only. */
  readonly quantity: Decimal
  /** Of usage in any window: where that leaves out something of the line's time in its interval. */
  readonly cut?: CutWindow
}
