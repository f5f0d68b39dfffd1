import type { PriceSyncActivities } from '@flexprice/activities/price-sync'
import type { PriceSyncResult } from '@flexprice/contracts/workflows'

/**
 * Activities for tests of the workflow's body alone, over a plan that has `edits` not yet brought to its
 * ten subscriptions: a pass takes all edits up to its beginning, as the real ones do by their watermark.
 */
export function pretendPriceSync({ slices = [0, 1], onSlice }: PretendOptions = {}): PretendPriceSync {
  const plan = { edits: 1, synced: 0, passes: 0 }
  const runs = new Map<string, number>()
  return {
    plan,
    async beginPriceSync() {
      plan.passes++
      if (plan.synced === plan.edits) return { runId: null, subscriptionsUnchanged: subscriptions }
      const runId = `run_${plan.passes}`
      runs.set(runId, plan.edits)
      return { runId, slices }
    },
    async syncPriceSlice({ slice }) {
      await onSlice?.(slice, plan)
    },
    async completePriceSync({ planId, runId }) {
      plan.synced = runs.get(runId) ?? plan.synced
      return passResult(planId)
    },
  }
}

interface PretendOptions {
  readonly slices?: number[]
  readonly onSlice?: (slice: number, plan: PretendPriceSync['plan']) => Promise<void> | void
}

interface PretendPriceSync extends PriceSyncActivities {
  readonly plan: { edits: number; synced: number; passes: number }
}

const subscriptions = 10

function passResult(planId: string): PriceSyncResult {
  return {
    plan_id: planId,
    subscriptions_processed: subscriptions,
    subscriptions_unchanged: 0,
    prices_added: subscriptions,
    prices_removed: 1,
    prices_skipped: 2,
    skipped_by_reason: { incompatible: 1, ended: 0, overridden: 1, ended_by_user: 0, in_sync: 0 },
  }
}
