import { assert, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import { countLiveSubscriptions } from '../catalog/plans.ts'
import { readNow } from '../connection/clock.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { type PriceSyncCounts, sumCounts } from './price-sync-counts.ts'
import { runClosed } from './price-sync-page.ts'
import type { PriceSyncRun } from './price-sync-pairs.ts'
import { cutRanges, insertSlices, type KeyRange, listSlices, restOfSlices } from './price-sync-slices.ts'

/** What one look at a plan found: slices to work through, or nothing to do. */
export interface PriceSyncStart {
  readonly runId: string | null
  readonly slices: readonly number[]
  readonly subscriptionsTotal: number
}

/**
 * Opens a run over what the plan's subscriptions have not got yet, cut into at most `slicesMax` key
 * ranges; or finds that the watermark has reached the plan's sequence, and touches nothing. An open run
 * is taken on: the same workflow's with its counts, another's (it was cancelled or killed) with its
 * cursors only, as long as the plan's prices are the same; otherwise it is closed and a new one begins.
 * Idempotent by the plan: one run is open at a time.
 *
 * @throws not_found when the environment has no such plan
 */
export function startPriceSyncRun(
  scoped: Scoped,
  start: { planId: string; workflow: { id: string; runId: string }; slicesMax: number },
): Promise<PriceSyncStart> {
  return inTransaction(scoped, async (transaction) => {
    const plan = await lockPlan(transaction, start.planId)
    if (plan.floor === plan.sequence) {
      return { runId: null, slices: [], subscriptionsTotal: plan.subscriptionsTotal }
    }
    const now = await readNow(transaction)
    const open = await findOpenRun(transaction, start.planId)
    const reusable = open?.target_sequence === plan.sequence && open.from_sequence === plan.floor
    if (open && reusable && open.workflow_run_id === start.workflow.runId) {
      const slices = await listSlices(transaction, open.id)
      return {
        runId: open.id,
        slices: slices.map((slice) => slice.slice),
        subscriptionsTotal: open.subscriptions_total,
      }
    }
    const ranges =
      open && reusable
        ? await restOfSlices(transaction, open.id)
        : await cutRanges(transaction, { ...start, targetSequence: plan.sequence })
    if (open) await closeRun(transaction, open.id, now)
    // Counted under the lock: a creation that an edit waited for has come since the plan was asked for.
    const subscriptionsTotal = await countLiveSubscriptions(transaction, start.planId)
    return openRun(transaction, { ...start, plan: { ...plan, subscriptionsTotal }, ranges, now })
  })
}

interface PlanState {
  readonly sequence: number
  readonly floor: number
  readonly subscriptionsTotal: number
}

/** Waits for price edits under way, so that the sequence read covers all that came before. */
async function lockPlan(scoped: Scoped, planId: string): Promise<PlanState> {
  const plan = await scoped.db
    .selectFrom('plans')
    .select((plans) => [
      'price_sequence as sequence',
      'synced_price_sequence as floor',
      plans
        .selectFrom('plan_subscription_counts')
        .select(sql<number>`coalesce(sum(subscriptions), 0)::bigint`.as('total'))
        .where('plan_id', '=', planId)
        .as('total'),
    ])
    .where('id', '=', planId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '=', 'published')
    .forShare()
    .executeTakeFirst()
  if (!plan) throw notFound('Plan', planId)
  return { sequence: plan.sequence, floor: plan.floor, subscriptionsTotal: plan.total ?? 0 }
}

async function findOpenRun(scoped: Scoped, planId: string) {
  return scoped.db
    .selectFrom('price_sync_runs')
    .selectAll()
    .where('plan_id', '=', planId)
    .where('finished_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

async function closeRun(scoped: Scoped, runId: string, now: Date): Promise<void> {
  await scoped.db.updateTable('price_sync_runs').set({ finished_at: now }).where('id', '=', runId).execute()
}

async function openRun(
  scoped: Scoped,
  run: {
    planId: string
    workflow: { id: string; runId: string }
    now: Date
    plan: PlanState
    ranges: readonly KeyRange[]
  },
): Promise<PriceSyncStart> {
  const runId = newId('priceSyncRun')
  const environment_id = scoped.scope.environmentId
  await scoped.db
    .insertInto('price_sync_runs')
    .values({
      id: runId,
      environment_id,
      plan_id: run.planId,
      workflow_id: run.workflow.id,
      workflow_run_id: run.workflow.runId,
      from_sequence: run.plan.floor,
      target_sequence: run.plan.sequence,
      subscriptions_total: run.plan.subscriptionsTotal,
      started_at: run.now,
      finished_at: null,
    })
    .execute()
  await insertSlices(scoped, { runId, ranges: run.ranges, now: run.now })
  return {
    runId,
    slices: run.ranges.map((_, slice) => slice),
    subscriptionsTotal: run.plan.subscriptionsTotal,
  }
}

/** The run as its pages need it, and how many prices it brings. */
export async function getPriceSyncRun(
  scoped: Scoped,
  runId: string,
): Promise<PriceSyncRun & { priceCount: number }> {
  const run = await scoped.db
    .selectFrom('price_sync_runs')
    .selectAll()
    .where('id', '=', runId)
    .executeTakeFirst()
  assert(run, `price sync run ${runId} exists`)
  const prices = await scoped.db
    .selectFrom('prices')
    .select((prices) => prices.fn.countAll<number>().as('count'))
    .where('plan_id', '=', run.plan_id)
    .where('sequence', '>', run.from_sequence)
    .where('sequence', '<=', run.target_sequence)
    .executeTakeFirstOrThrow()
  return {
    id: run.id,
    planId: run.plan_id,
    fromSequence: run.from_sequence,
    targetSequence: run.target_sequence,
    priceCount: prices.count,
  }
}

/**
 * Moves the plan's watermark to what the run brought, and closes it. Asserts that every slice is done:
 * a watermark ahead of its slices would lose prices for ever. Idempotent by the run.
 *
 * @throws version_conflict when another sync closed the run before it was done
 */
export function finishPriceSyncRun(scoped: Scoped, runId: string): Promise<PriceSyncCounts> {
  return inTransaction(scoped, async (transaction) => {
    const { db } = transaction
    // The plan's row first, as the start does, so that the two cannot wait for each other.
    const { rows } = await sql<{ floor: number }>`
      select synced_price_sequence as floor from plans
      where id = (select plan_id from price_sync_runs where id = ${runId}) for no key update`.execute(db)
    const run = await db
      .selectFrom('price_sync_runs')
      .selectAll()
      .where('id', '=', runId)
      .forUpdate()
      .executeTakeFirst()
    assert(run && rows[0], `price sync run ${runId} exists`)
    if (run.finished_at !== null && rows[0].floor < run.target_sequence) throw runClosed(runId)
    const slices = await listSlices(transaction, runId)
    assert(
      slices.every((slice) => slice.cursor === slice.range_end),
      `every slice of price sync run ${runId} is done`,
    )
    if (run.finished_at === null) {
      await db
        .updateTable('plans')
        .set({ synced_price_sequence: sql`greatest(synced_price_sequence, ${run.target_sequence})` })
        .where('id', '=', run.plan_id)
        .where('environment_id', '=', run.environment_id)
        .execute()
      await closeRun(transaction, runId, await readNow(transaction))
    }
    return sumCounts(transaction, runId)
  })
}
