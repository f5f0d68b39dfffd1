export type {
  Cycle,
  CycleCharge,
  CycleLine,
  CyclePlan,
  CycleTerms,
  LineMetering,
  MeasuredUsage,
  PlannedFixed,
  PlannedUsage,
} from './cycle.ts'
export {
  type FixedLineExplanation,
  type LineCharge,
  type LineExplanation,
  lineCharge,
  recomputeLine,
} from './line-charge.ts'
export { planCycle } from './plan-cycle.ts'
export { rateCycle } from './rate-cycle.ts'
export type {
  BucketsCharge,
  ChainExplanation,
  UsageExplanation,
  UsageFacts,
  UsedAllowance,
} from './usage-explanation.ts'
