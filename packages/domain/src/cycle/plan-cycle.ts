import type { Cycle, CycleLine, CyclePlan } from './cycle.ts'
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
  const placed = { ...cycle, chainStarts: chainStartsOf(cycle, lines) }
  return { grid: cycle.grid, fixed: planFixed(placed, lines), ...planUsage(placed, lines) }
}
