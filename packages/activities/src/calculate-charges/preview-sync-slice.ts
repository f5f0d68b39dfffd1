import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { metersById } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import {
  editsOf,
  getSyncPreview,
  listOverriddenFrom,
  listUnbilledFrom,
  nextSyncPreviewPage,
  planSyncPreview,
  type SyncPreviewRow,
  writeSyncPreviewPage,
} from '@flexprice/database/price-sync'
import { listPlanSince, readBoundaries } from '@flexprice/database/subscriptions'
import { assert } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import { atBoundary } from '../subscription-change/at-boundary.ts'
import { type ChargeOutcome, calculateCharges } from './calculate-charges.ts'
import type { CalculateChargesDependencies } from './dependencies.ts'
import { countOutcomes, countSkips, previewedItem } from './previewed-item.ts'
import { type SyncedFacts, syncInMemory } from './sync-in-memory.ts'
import { syncedAtBoundary } from './synced-at-boundary.ts'

/** Rated twice each, so half of what a calculation's page takes. */
const subscriptionsPerPageMax = 500
const halvingsMax = 8

/**
 * Rates the next invoice of each subscription of a slice as its lines are, and as the edits with their sync
 * would leave them, page by page. The page's items and the slice's cursor are written in one transaction. All
 * pages count the events that the preview was pinned to.
 */
export async function previewSyncSlice(
  { scoped }: CalculateChargesDependencies,
  { previewId, slice }: { previewId: string; slice: number },
): Promise<void> {
  const context = Context.current()
  const handle = scoped()
  const preview = await getSyncPreview(handle, { previewId })
  // Half as much at each further attempt: a page may have been too slow for its time limit.
  const subscriptionsMax = Math.max(
    1,
    Math.floor(subscriptionsPerPageMax / 2 ** Math.min(context.info.attempt - 1, halvingsMax)),
  )
  for (;;) {
    context.cancellationSignal.throwIfAborted()
    const goesOn = await previewPage(handle, { preview, slice, subscriptionsMax })
    context.heartbeat()
    if (!goesOn) return
  }
}

async function previewPage(
  handle: Scoped,
  { preview, slice, subscriptionsMax }: { preview: SyncPreviewRow; slice: number; subscriptionsMax: number },
): Promise<boolean> {
  const { id: previewId, plan_id: planId, pinned_at: at } = preview
  const page = await nextSyncPreviewPage(handle, { previewId, slice, subscriptionsMax })
  if (page === undefined) return false
  const plan = await planSyncPreview(handle, { planId, edits: editsOf(preview), at })
  const meters = await metersById(
    handle,
    plan.prices.map(({ meter_id }) => meter_id),
  )
  const facts = await readChargeFacts(handle, page.subscriptionIds, { meterIds: [...meters.keys()] })
  const overridden = await listOverriddenFrom(handle, page.subscriptionIds, { presentPlan: true })
  const unbilled = await listUnbilledFrom(handle, page.subscriptionIds)
  const planSince = await listPlanSince(handle, page.subscriptionIds)
  const bounded = await readBoundaries(handle, page.subscriptionIds)
  const synced = facts.map((before) => {
    const { id, current_period_start } = before.subscription
    const boundaries = bounded.get(id)
    assert(boundaries, `subscription ${id} is there`)
    const overriddenFrom = overridden.get(id) ?? new Map()
    return syncInMemory(before, {
      ...{ plan, meters, overriddenFrom, boundaries },
      planSince: planSince.get(id) ?? null,
      unbilledFrom: unbilled.get(id) ?? current_period_start,
    })
  })
  const now = await readNow(handle)
  const { before, afterOf } = await rateBoth(handle, { facts, synced, now, seenBy: preview.usage_snapshot })
  const items = before.flatMap((outcome, index) => {
    const one = synced[index]
    const { id } = outcome.facts.subscription
    return one
      ? [previewedItem({ synced: one, plan, before: outcome, after: afterOf.get(id) ?? outcome })]
      : []
  })
  const outcomes = synced.flatMap((one) => one.outcomes)
  await writeSyncPreviewPage(handle, {
    ...page,
    previewId,
    slice,
    items,
    outcomes: countOutcomes(outcomes),
    skips: countSkips(outcomes),
    now,
  })
  return true
}

interface RatedBoth {
  readonly before: readonly ChargeOutcome[]
  /** Of those that the sync touches, by subscription. */
  readonly afterOf: ReadonlyMap<string, ChargeOutcome>
}

/** The next invoices as they are, and as the sync would leave them: both with what waits for their boundaries. */
async function rateBoth(
  handle: Scoped,
  {
    facts,
    synced,
    now,
    seenBy,
  }: {
    readonly facts: readonly ChargeFacts[]
    readonly synced: readonly SyncedFacts[]
    readonly now: Date
    readonly seenBy: string | null
  },
): Promise<RatedBoth> {
  const choice = { kind: 'next' } as const
  const rating = { choiceOf: () => choice, seenBy }
  return await atBoundary(handle, facts, { choice, now }, async (within, changed) => {
    const touched = synced.flatMap((one, index) => {
      const [was, is] = [facts[index], changed[index]]
      return one.isTouched && was && is ? [syncedAtBoundary(was, one.after, is)] : []
    })
    const before = await calculateCharges(within, changed, rating)
    const after = await calculateCharges(within, touched, rating)
    return { before, afterOf: new Map(after.map((outcome) => [outcome.facts.subscription.id, outcome])) }
  })
}
