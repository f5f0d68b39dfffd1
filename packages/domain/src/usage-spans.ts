import type { Period } from './grid.ts'
import type { BucketSize } from './meter-terms.ts'
import type { UsageSpan } from './usage-question.ts'

/** How a window is cut: null leaves it whole. Buckets are local; months are counted from the anchor. */
export interface UsageCut {
  readonly bucketSize: BucketSize | null
  readonly timeZone: string
  readonly monthAnchor: Date
}

export declare function usageSpans(window: Period, cut: UsageCut): UsageSpan[]
export declare function partsOf(spans: readonly UsageSpan[]): Generator<Period>
