import type { Grid } from '../time/grid.ts'
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
  const numberOf = createNumbering()
  let last: { readonly facts: readonly Fact[]; readonly shape: AskingShape } | undefined
  return (cycle, lines) => {
    if (!ascend(lines)) return planOf(shapeOf(cycle, lines), cycle, lines)
    const facts = planningFacts(cycle, lines, numberOf)
    if (!last || !areEqual(last.facts, facts)) {
      const key = JSON.stringify(facts)
      const shape = shapes.get(key) ?? shapeOf(cycle, lines)
      shapes.set(key, shape)
      last = { facts, shape }
    }
    return planOf(last.shape, cycle, lines)
  }
}

type Fact = string | number | boolean | undefined
type NumberOf = (shared: object | null) => number

/** A number for each object. */
function createNumbering(): NumberOf {
  const numbers = new Map<object, number>()
  return (shared) => {
    if (shared === null) return -1
    const known = numbers.get(shared)
    if (known !== undefined) return known
    numbers.set(shared, numbers.size)
    return numbers.size - 1
  }
}

/** Ids decide what comes first of what else is equal: where they ascend as the places do, places say all of it. */
function ascend(lines: readonly CycleLine[]): boolean {
  return lines.every(({ id }, place) => place === 0 || (lines[place - 1]?.id ?? id) < id)
}

/** All that a plan comes from. */
function planningFacts(cycle: Cycle, lines: readonly CycleLine[], numberOf: NumberOf): Fact[] {
  const { grid, opensGrid, closes, opens, start, end, trialEnd, billFrom } = cycle
  const { prorationBehavior, advanceBehavior, openedAt, usage } = cycle
  const facts: Fact[] = [...gridFacts(grid), ...gridFacts(opensGrid)]
  facts.push(ms(start), ms(end), ms(trialEnd), ms(billFrom), prorationBehavior, advanceBehavior)
  facts.push(ms(closes?.start), ms(closes?.end), ms(opens?.start), ms(opens?.end))
  facts.push(ms(openedAt), usage)
  for (const line of lines) {
    facts.push(line.chain, numberOf(line.terms), numberOf(line.metering), ms(line.start), ms(line.end))
    const { heldUntil, formerGrid } = line
    facts.push(heldUntil === 'next' ? heldUntil : ms(heldUntil))
    facts.push(line.comesByChange, line.goesByChange, line.isBilled, ms(line.billedUntil))
    if (formerGrid) facts.push(ms(formerGrid.until), ...gridFacts(formerGrid))
  }
  return facts
}

/** Of no grid as many. */
function gridFacts(of: Partial<Grid> | undefined): Fact[] {
  return [ms(of?.anchor), of?.period, of?.count, of?.timeZone, ms(of?.since)]
}

/** No instant and null are one to a plan. */
function ms(instant: Date | null | undefined): number | undefined {
  return instant?.getTime()
}

function areEqual(left: readonly Fact[], right: readonly Fact[]): boolean {
  return left.length === right.length && left.every((fact, index) => fact === right[index])
}
