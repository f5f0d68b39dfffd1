import type { Cycle, CycleCharge, CycleLine } from '../cycle/cycle.ts'
import type { Decimal } from '../money/decimal.ts'
import type { ProrationBehavior } from '../subscription/proration.ts'
import type { PlanPriceTerms } from '../subscription/subscription-lines.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'

/** What of a line's price a change asks for, beside its money. */
export interface ChangedPrice extends PlanPriceTerms {
  readonly id: string
  readonly lookup_key: string | null
  readonly min_quantity: number | null
  /** Of USAGE. */
  readonly meter_id: string | null
  readonly filter_values: Readonly<Record<string, readonly string[]>> | null
}

/** A line of the subscription as a change sees it. */
export interface RunningLine extends CycleLine {
  readonly price: ChangedPrice
  /** By a price of the plan, or one in such a one's place: it goes with the plan. */
  readonly isOfPlan: boolean
}

/** Time of a line that a line of an invoice billed in advance. */
export interface BilledTime {
  /** Of the invoice's line. */
  readonly id: string
  readonly invoiceId: string
  /** It waits for late events: what comes back lowers it as it is. */
  readonly isDraft: boolean
  readonly lineId: string
  /** These were billed, which the line need not have any more. */
  readonly priceId: string
  readonly quantity: Decimal
  readonly span: Period
  /** After its share of discounts and tax. */
  readonly billed: Decimal
  /** What notes and changes have credited of it, together. */
  readonly credited: Decimal
  /** The same of changes alone. */
  readonly creditedByChanges: Decimal
  /** From when on changes have credited it already; null: none has. */
  readonly creditedFrom: Date | null
}

/** All that decides what a change makes of a subscription. */
export interface ChangeFacts<Line extends RunningLine> {
  /** The subscription's own terms. */
  readonly cycle: Omit<Cycle, 'closes' | 'opens'>
  readonly currency: string
  /** The current one; what was due before was billed. */
  readonly period: Period
  readonly planId: string
  readonly lines: readonly Line[]
  readonly billed: readonly BilledTime[]
  /** Draws the id of a line that is opened. */
  readonly newLineId: () => string
}

/** A line that a change opens. */
export type OpenedLine<Line extends RunningLine> = Line & {
  /** The line whose place it takes, billing the same: no money moves between them. */
  readonly carries: string | null
  /** It was there before, and without length: it is opened once more. */
  readonly isReopened: boolean
  /** It is of the carried line's chain already: it never carries on a line that has carried it on. */
  readonly keepsChain: boolean
}

/** What a change makes of the lines. */
export interface LineMoves<Line extends RunningLine> {
  readonly at: Date
  /** With their ends; one that has not begun yet ends as it begins. */
  readonly closed: readonly { readonly line: Line; readonly at: Date }[]
  readonly opened: readonly OpenedLine<Line>[]
}

/** What of a time that was billed comes back. */
export interface PlannedCredit {
  readonly billed: BilledTime
  readonly span: Period
  /** More than 0. */
  readonly amount: Decimal
}

/** With the line that was billed. */
export interface LineCredit<Line extends RunningLine> extends PlannedCredit {
  readonly line: Line
}

export interface ChangeMoney<Line extends RunningLine> {
  readonly credits: readonly LineCredit<Line>[]
  readonly charges: readonly CycleCharge<Line>[]
  /** What is charged beyond what is credited; below 0 it comes back. */
  readonly net: Decimal
}

/** Another grid, from the change's instant on. */
export interface GridChange {
  readonly grid: Grid
  /** That begins with it; of one that is in its trial, the trial. */
  readonly period: Period
}

export interface PlannedChange<Line extends RunningLine> extends LineMoves<Line>, ChangeMoney<Line> {
  readonly behavior: ProrationBehavior
  /** Null: period and anchor stay. */
  readonly gridChange: GridChange | null
  readonly warnings: readonly string[]
}
