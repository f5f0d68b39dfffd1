import type { Cycle, CycleLine, CyclePlan } from './cycle.ts'

/** @param lines all of the subscription's, ended ones too: they may have spent of an allowance */
export declare function planCycle<Line extends CycleLine>(
  cycle: Cycle,
  lines: readonly Line[],
): CyclePlan<Line>
