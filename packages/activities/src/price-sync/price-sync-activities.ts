import type { PriceSyncResult } from '@flexprice/contracts/workflows'
import { type BeganPriceSync, beginPriceSync } from './begin-price-sync.ts'
import { completePriceSync } from './complete-price-sync.ts'
import type { PriceSyncDependencies } from './dependencies.ts'
import { syncPriceSlice } from './sync-price-slice.ts'

export interface PriceSyncActivities {
  /** Looks what has changed since the plan's watermark. Idempotent by the plan: one run is open at a time. */
  beginPriceSync(input: { planId: string }): Promise<BeganPriceSync>
  /** Works through one slice, page by page, from its cursor. Idempotent by (run, slice). */
  syncPriceSlice(input: { runId: string; slice: number }): Promise<void>
  /** Moves the plan's watermark and counts what the run did. Idempotent by the run. */
  completePriceSync(input: { planId: string; runId: string }): Promise<PriceSyncResult>
}

export function createPriceSyncActivities(dependencies: PriceSyncDependencies): PriceSyncActivities {
  return {
    beginPriceSync: (input) => beginPriceSync(dependencies, input),
    syncPriceSlice: (input) => syncPriceSlice(dependencies, input),
    completePriceSync: (input) => completePriceSync(dependencies, input),
  }
}
