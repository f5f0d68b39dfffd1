import { isRecurring } from '../time/billing-period.ts'
import { type Lifetime, later } from '../time/period.ts'
import type { CycleLine } from './cycle.ts'
import { endless } from './line-life.ts'

/** A time in which a subscription stands still; without an end it lasts. */
export interface Pause extends Lifetime {
  /** What is in arrears bills its active share up to it, and from its end on, whatever the subscription does else. */
  readonly beginsProrated: boolean
  readonly endsProrated: boolean
}

/**
 * A line as it bills around its subscription's pauses (billing rules, section 8): it stands still in each, and its chain
 * goes on behind it, with whatever line is there by then. So a pause ends no line for anybody: neither a price sync nor a
 * user has to know of it. What bills once and would do so within one, does as that is over.
 *
 * @param pauses in order, without overlaps; one without an end lasts
 * @returns its parts, in order
 */
export function aroundPauses<Line extends CycleLine>(line: Line, pauses: readonly Pause[]): Line[] {
  if (pauses.length === 0 || isEmptyOutside(line, pauses)) return [line]
  return isRecurring(line.terms.billing_period) ? partsOf(line, pauses) : afterPause(line, pauses)
}

/** What came and went in one instant has no part in any time, and stays known: it can be opened once more. */
function isEmptyOutside({ start, end }: CycleLine, pauses: readonly Lifetime[]): boolean {
  return end != null && end <= start && !pauses.some((pause) => isWithin(pause, start))
}

function isWithin({ start, end }: Lifetime, instant: Date): boolean {
  return start <= instant && instant < (end ?? endless)
}

function partsOf<Line extends CycleLine>(line: Line, pauses: readonly Pause[]): Line[] {
  const lineEnd = line.end ?? endless
  const parts: Line[] = []
  let { start, comesByChange } = line
  for (const pause of pauses) {
    const pauseEnd = pause.end ?? endless
    if (pauseEnd < start || pause.start >= lineEnd) continue
    if (start < pause.start) {
      // The chain does not go on in it, whatever has ended the line.
      const end = { end: pause.start, heldUntil: undefined, goesByChange: pause.beginsProrated }
      parts.push({ ...line, start, comesByChange, ...end })
    }
    if (pauseEnd >= start) comesByChange = pause.endsProrated
    start = later(start, pauseEnd)
  }
  return start < lineEnd ? [...parts, { ...line, start, comesByChange }] : parts
}

function afterPause<Line extends CycleLine>(line: Line, pauses: readonly Lifetime[]): Line[] {
  const pause = pauses.find((one) => isWithin(one, line.start))
  if (!pause) return [line]
  if (!pause.end) return []
  const start = pause.end
  return [{ ...line, start, ...(line.end && { end: later(start, line.end) }) }]
}
