/**
 * What is asked of the event store, over which spans, and what an allowance leaves free (billing rules, section 4).
 */
export { type Allowance, AllowanceLedger, allowancePeriodAt } from './allowance.ts'
export { isAdditive, type MeterFacts, measureOf } from './usage-measure.ts'
export type { UsageAnswer, UsageMeasure, UsagePart, UsageQuestion, UsageSpan } from './usage-question.ts'
export { partsOf, type UsageCut, usageSpans } from './usage-spans.ts'
