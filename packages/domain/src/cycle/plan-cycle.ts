import { assert } from '../assert.ts'
import type { UsageQuestion } from '../usage/usage-question.ts'
import type { AskedUsage, Cycle, CycleLine, CyclePlan, CycleShape, PlannedFixed } from './cycle.ts'
import { chainStartsOf } from './line-life.ts'
import { planFixed } from './plan-fixed.ts'
import { planUsage } from './plan-usage.ts'

/**
 * What an invoice bills of a subscription: the one function for openings, cycles, previews and
 * calculations (billing rules, section 5). An opening closes nothing; a last invoice opens nothing. It asks the
 * questions whose answers `rateCycle` needs; without USAGE lines there are none.
 *
 * @param lines all of the subscription's, ended ones too: they may have spent of an allowance
 */
export function planCycle<Line extends CycleLine>(cycle: Cycle, lines: readonly Line[]): CyclePlan<Line> {
  return planOf(shapeOf(cycle, lines), cycle, lines)
}

/** A plan of nobody yet, with what it asks of whoever's it becomes. */
export interface AskingShape {
  readonly shape: CycleShape
  readonly asked: readonly AskedUsage[]
}

export function shapeOf(cycle: Cycle, lines: readonly CycleLine[]): AskingShape {
  const placed = { ...cycle, chainStarts: chainStartsOf(cycle, lines) }
  const { usage, spenders, asked } = planUsage(placed, lines)
  return { shape: { grid: cycle.grid, fixed: fixedOf(placed, lines), usage, spenders }, asked }
}

/** Where another grid begins with the period, the one that ends is closed on its own. */
function fixedOf(cycle: Cycle, lines: readonly CycleLine[]): PlannedFixed[] {
  const { opensGrid: grid } = cycle
  if (!grid) return planFixed(cycle, lines)
  const opening = { ...cycle, grid, closes: null }
  return [
    ...planFixed({ ...cycle, opens: null }, lines),
    ...planFixed({ ...opening, chainStarts: chainStartsOf(opening, lines) }, lines),
  ]
}

/** The plan of a subscription whose lines are in those places. */
export function planOf<Line>(
  { shape: { grid, fixed, usage, spenders }, asked }: AskingShape,
  { externalCustomerId }: Cycle,
  lines: readonly Line[],
): CyclePlan<Line> {
  const questions = asked.map(({ measure, spans, wholeMs }): UsageQuestion => {
    assert(externalCustomerId, 'usage is of a customer')
    return { externalCustomerId, measure, spans, wholeMs }
  })
  return { grid, fixed, usage, spenders, lines, questions }
}
