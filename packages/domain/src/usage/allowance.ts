import type { AllowanceReset } from '../entitlement/entitlement-terms.ts'
import { decimalFromInteger } from '../money/decimal.ts'
import { addRatios, atLeastZero, type Ratio, subtractRatios, wholeRatio, zeroRatio } from '../money/ratio.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { startOfDay } from '../time/time-zone.ts'

/** Usage of a feature that is free before pricing (billing rules, section 4). Lines that name the same id share it. */
export interface Allowance {
  /** Of what grants it, within the subscription: the feature, or the entitlement. */
  readonly id: string
  /** Whole units; null: all usage is free. */
  readonly limit: number | null
  /** When it begins anew; null: with the subscription's billing period. DAILY is at local midnight. */
  readonly reset: AllowanceReset | null
  /** Ids of allowances of the plans that a subscription had else: what they have freed in the period is not free again. */
  readonly after?: readonly string[] | undefined
}

/**
 * The time for which an allowance is granted once: a local day, an interval of the subscription's grid or of
 * one of the allowance's own period on the same anchor, or for ever. It is never shortened nor prorated; with another grid
 * it begins anew.
 */
export function allowancePeriodAt(reset: AllowanceReset | null, grid: Grid, instant: Date): Period {
  switch (reset) {
    case 'NEVER':
      return forEver
    case 'DAILY': {
      const { timeZone } = grid
      return { start: startOfDay(instant, timeZone, 0), end: startOfDay(instant, timeZone, 1) }
    }
    case null:
      return onePartOf(gridIntervalAt(grid, instant), grid, instant)
    default: {
      const own = reset === grid.period && grid.count === 1 ? grid : { ...grid, period: reset, count: 1 }
      return onePartOf(gridIntervalAt(own, instant), grid, instant)
    }
  }
}

/** What of the interval lies on the instant's side of where the grid began. */
function onePartOf(interval: Period, { since }: Grid, instant: Date): Period {
  if (!since || since <= interval.start || since >= interval.end) return interval
  return instant < since ? { start: interval.start, end: since } : { start: since, end: interval.end }
}

const instantMaxMs = 8.64e15
const forEver: Period = { start: new Date(-instantMaxMs), end: new Date(instantMaxMs) }

/** What has been used in each period of each allowance, as usage is drawn in order of time. */
export class AllowanceLedger {
  readonly #grid: Grid
  readonly #used = new Map<string, Ratio>()
  readonly #periods = new Map<string, Period>()
  /** By id: what each has freed, by the instants of the drawings. */
  readonly #freed = new Map<string, { readonly at: Date; readonly freed: Ratio }[]>()

  constructor(grid: Grid) {
    this.#grid = grid
  }

  /**
   * What is left to bill of a quantity used at that instant: max(0, total − A) − max(0, total before − A), the
   * total being that of the allowance's period. Whatever way a period's usage is split into, the parts add up; a
   * negative quantity gives back. Nothing is left of an unlimited one.
   */
  draw(allowance: Allowance, instant: Date, quantity: Ratio): Ratio {
    const left = this.#drawn(allowance, instant, quantity)
    // Without another plan nobody asks for it.
    if (allowance.after === undefined) return left
    const freed = { at: instant, freed: subtractRatios(quantity, left) }
    this.#freed.set(allowance.id, [...(this.#freed.get(allowance.id) ?? []), freed])
    return left
  }

  #drawn({ id, limit, reset, after: others = [] }: Allowance, instant: Date, quantity: Ratio): Ratio {
    if (limit === null) return zeroRatio
    const period = this.#periodAt(reset, instant)
    const key = `${period.start.getTime()} ${id}`
    const before = this.#used.get(key) ?? zeroRatio
    const after = addRatios(before, quantity)
    this.#used.set(key, after)
    const taken = others.flatMap((other) => this.#freed.get(other) ?? [])
    const ofPeriod = taken.filter(({ at }) => at >= period.start && at < period.end)
    const whole = wholeRatio(decimalFromInteger(limit))
    const free = atLeastZero(ofPeriod.reduce((rest, { freed }) => subtractRatios(rest, freed), whole))
    return subtractRatios(atLeastZero(subtractRatios(after, free)), atLeastZero(subtractRatios(before, free)))
  }

  /** Usage comes in order of time, so the period of the last one is mostly that of the next. */
  #periodAt(reset: AllowanceReset | null, instant: Date): Period {
    const key = reset ?? ''
    const last = this.#periods.get(key)
    if (last && instant >= last.start && instant < last.end) return last
    const period = allowancePeriodAt(reset, this.#grid, instant)
    this.#periods.set(key, period)
    return period
  }
}
