/**
 * What is asked of the event store, over which spans, and what an allowance leaves free (billing rules, section 4).
 */
export { type Allowance, AllowanceLedger, allowancePeriodAt } from './allowance.ts'

export { splitAnswers } from './split-answers.ts'
export { goesOnAcrossPlans, isAdditive, type MeterFacts, measureOf } from './usage-measure.ts'
export {
  allUsage,
  oddEventsMax,
  type SplitKey,
  type UsageAnswer,
  type UsageMeasure,
  type UsagePart,
  type UsageQuestion,
  type UsageSlice,
  type UsageSpan,
  type UsageSplit,
} from './usage-question.ts'
export { partsOf, type UsageCut, usageSpans } from './usage-spans.ts'
export { valueWarnings } from './value-gaps.ts'
