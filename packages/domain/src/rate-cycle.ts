import type { CycleCharge, CycleLine, CyclePlan } from './cycle.ts'
import type { UsageAnswer } from './usage-question.ts'

/** @param answers to the plan's questions, in their order */
export declare function rateCycle<Line extends CycleLine>(
  plan: CyclePlan<Line>,
  answers: readonly UsageAnswer[],
): CycleCharge<Line>[]
