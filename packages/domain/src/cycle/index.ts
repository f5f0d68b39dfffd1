/**
 * One billing period of a subscription: what falls into it, what it asks of usage, and what it costs (billing rules, section 5).
 */
export { aroundPauses, type Pause } from './around-pauses.ts'
export { isBillsCharge, partCost, unitCost } from './cost-of-parts.ts'
export type {
  Cycle,
  CycleCharge,
  CycleLine,
  CyclePlan,
  CycleTerms,
  FormerGrid,
  LineMetering,
  MeasuredUsage,
  PlannedFixed,
  PlannedUsage,
} from './cycle.ts'
export { type BilledUsage, type LateCharge, lateCharges } from './late-charges.ts'
export {
  type FixedLineExplanation,
  type LineCharge,
  type LineExplanation,
  lineCharge,
  recomputeLine,
} from './line-charge.ts'
export { createCyclePlanner, type PlanCycle } from './plan-alike.ts'
export { planCycle } from './plan-cycle.ts'
export { rateCycle } from './rate-cycle.ts'
export { withShownQuotients } from './shown-quotients.ts'
export type {
  BucketsCharge,
  ChainExplanation,
  UsageExplanation,
  UsageFacts,
  UsedAllowance,
} from './usage-explanation.ts'
export {
  type FigurePlan,
  figureOf,
  planFigure,
  type ShownUsage,
  type UsageFigure,
  type UsageFrame,
  type WindowFigure,
} from './usage-figure.ts'
export {
  isCumulated,
  planWindows,
  type WindowsPlan,
  windowFigures,
} from './window-figures.ts'
