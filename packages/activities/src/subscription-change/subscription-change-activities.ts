import type {
  BulkChangeInput,
  BulkChangeResult,
  SubscriptionChangeInput,
  SubscriptionChangeResult,
} from '@flexprice/contracts/workflows'
import { beginBulkChange, completeBulkChange, phaseOf } from './bulk-change-phases.ts'
import { changeBulkSlice } from './change-bulk-slice.ts'
import { changeSubscription } from './change-subscription.ts'
import type { SubscriptionChangeDependencies } from './dependencies.ts'

export interface SubscriptionChangeActivities {
  /** Changes a subscription, or shows what that would do. Idempotent by the idempotency key. */
  changeSubscription(input: SubscriptionChangeInput): Promise<SubscriptionChangeResult>
  /** Cuts the preview of many changes into slices, or finds those of its execution. Idempotent by (bulk change, mode). */
  beginBulkChange(input: BulkChangeInput): Promise<readonly number[]>
  /** Works through one slice, page by page, from its cursor. Idempotent by (bulk change, mode, slice). */
  changeBulkSlice(input: BulkChangeInput & { readonly slice: number }): Promise<void>
  /** Sums a preview or its execution up. Idempotent by (bulk change, mode). */
  completeBulkChange(input: BulkChangeInput): Promise<BulkChangeResult>
}

export function createSubscriptionChangeActivities(
  dependencies: SubscriptionChangeDependencies,
): SubscriptionChangeActivities {
  return {
    changeSubscription: (input) => changeSubscription(dependencies, input),
    beginBulkChange: (input) => beginBulkChange(dependencies, input),
    changeBulkSlice: ({ mode, bulk_change_id: bulkChangeId, slice }) =>
      changeBulkSlice(dependencies, { bulkChangeId, phase: phaseOf({ mode }), slice }),
    completeBulkChange: (input) => completeBulkChange(dependencies, input),
  }
}
