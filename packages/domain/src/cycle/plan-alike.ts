import type { Period } from '../time/period.ts'
import type { Cycle, CycleLine, CyclePlan } from './cycle.ts'
import { type AskingShape, planOf, shapeOf } from './plan-cycle.ts'

/** `planCycle`, of one subscription after the other. */
export type PlanCycle = <Line extends CycleLine>(cycle: Cycle, lines: readonly Line[]) => CyclePlan<Line>

/**
 * Plans as `planCycle` does, and what alike subscriptions share once: those of one period and plan differ in their ids,
 * customers and quantities alone, of which a plan knows nothing. It keeps what it has planned: make one for a page.
 * Terms and metering are told apart as objects, so that lines of one price should have the same ones.
 */
export function createCyclePlanner(): PlanCycle {
  const shapes = new Map<string, AskingShape>()
  const numbers = new Map<object, number>()
  const numberOf = (shared: object | null): number => {
    if (shared === null) return -1
    const known = numbers.get(shared)
    if (known !== undefined) return known
    numbers.set(shared, numbers.size)
    return numbers.size - 1
  }
  return (cycle, lines) => {
    if (!ascend(lines)) return planOf(shapeOf(cycle, lines), cycle, lines)
    const key = keyOf(cycle, lines, numberOf)
    let shape = shapes.get(key)
    if (!shape) {
      shape = shapeOf(cycle, lines)
      shapes.set(key, shape)
    }
    return planOf(shape, cycle, lines)
  }
}

/** Ids decide what comes first of what else is equal: where they ascend as the places do, places say all of it. */
function ascend(lines: readonly CycleLine[]): boolean {
  return lines.every(({ id }, place) => place === 0 || (lines[place - 1]?.id ?? id) < id)
}

/** All that a plan comes from. What is a text has no blank in it. */
function keyOf(
  cycle: Cycle,
  lines: readonly CycleLine[],
  numberOf: (shared: object | null) => number,
): string {
  const { grid, start, end, trialEnd, prorationBehavior, closes, opens, openedAt, usage } = cycle
  const { anchor, period, count, timeZone } = grid
  let key = `${ms(anchor)} ${period} ${count} ${timeZone} ${ms(start)} ${ms(end)} ${ms(trialEnd)} ${prorationBehavior} ${span(closes)} ${span(opens)} ${ms(openedAt)} ${usage}`
  for (const line of lines) {
    const { chain, terms, metering, goesOn, isBilled, billedUntil } = line
    key += ` ${chain} ${numberOf(terms)} ${numberOf(metering)} ${ms(line.start)} ${ms(line.end)} ${goesOn} ${isBilled} ${ms(billedUntil)}`
  }
  return key
}

function span(period: Period | null): string {
  return period === null ? '' : `${ms(period.start)} ${ms(period.end)}`
}

function ms(instant: Date | null | undefined): number | undefined {
  return instant?.getTime()
}
