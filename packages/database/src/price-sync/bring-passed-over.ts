import { assert } from '@flexprice/domain'
import {
  earliest,
  linesOfPlan,
  type PassedOver,
  passedOverLines,
  reachedVersions,
  type SyncLine,
} from '@flexprice/domain/subscription'
import { type Selectable, sql } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { creation } from '../connection/row-changes.ts'
import { listPlanMoves, listPlanSince } from '../subscriptions/plan-since.ts'
import { readBoundaries } from '../subscriptions/version-boundaries.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'
import { listOverriddenFrom } from './sync-preview-edits.ts'

type Subscription = Selectable<SubscriptionTable>

/**
 * Where an invoice is made in the place of a voided one, its time is to be billed again: the versions come into it that
 * syncs have passed over as that time was billed (billing rules, section 8). A sync does not do it, as it never looks
 * at a pair again (decision 4). Asked again, nothing is missing.
 *
 * @param subscriptionId that the caller's transaction holds
 * @param of.from where the time begins that is billed anew
 */
export async function bringPassedOver(
  scoped: Scoped,
  subscriptionId: string,
  { from, now }: { from: Date; now: Date },
): Promise<void> {
  const subscription = await readSubscription(scoped, subscriptionId)
  const lines = await readLines(scoped, subscriptionId)
  const prices = await readPrices(scoped, subscription, lines)
  const boundaries = (await readBoundaries(scoped, [subscriptionId])).get(subscriptionId)
  assert(boundaries, `subscription ${subscriptionId} is held`)
  const versions = reachedVersions(prices, boundaries)
  const reached = await readReached(scoped, subscription, prices)
  const of = { subscription, lines, unbilledFrom: from, isReached: isReachedBy(reached) }
  const since = (await listPlanSince(scoped, [subscriptionId])).get(subscriptionId) ?? null
  const missing = [
    ...passedOverLines(await ofPresentPlan(scoped, { ...of, versions, since })),
    ...(since ? passedOverLines(await ofFormerPlans(scoped, { ...of, versions, since })) : []),
  ]
  if (missing.length === 0) return
  const written = { subscription_id: subscriptionId, ...creation(scoped.scope, now) }
  await scoped.db
    .insertInto('subscription_line_items')
    .values(missing.map((line) => ({ ...line, ...written, id: newId('lineItem') })))
    .execute()
}

interface Known {
  readonly subscription: Subscription
  readonly versions: readonly PriceRow[]
  readonly lines: readonly Line[]
  readonly unbilledFrom: Date
  readonly isReached: (price: PriceRow) => boolean
}

async function ofPresentPlan(
  scoped: Scoped,
  { subscription: row, versions, isReached, since, ...known }: Known & { readonly since: Date | null },
): Promise<PassedOver<PriceRow>> {
  const { id, synced_price_sequence: synced, subscription_status: status } = row
  const subscription = { ...row, plan_since: since }
  const chains = new Set(linesOfPlan(known.lines, subscription).map(({ root_price_id }) => root_price_id))
  const overridden = await listOverriddenFrom(scoped, [id], { presentPlan: true })
  return {
    ...{ ...known, subscription, prices: versions.filter(({ plan_id }) => plan_id === row.plan_id) },
    overriddenFrom: overridden.get(id) ?? new Map(),
    // A chain that is there has come by the creation or a sync; one that is not there would come by a later sync alone.
    hasChanged: (price) => isReached(price) && (chains.has(price.root_price_id) || price.sequence > synced),
    bringsChains: status !== 'cancelled',
  }
}

/** Of chains that the subscription had: each for as long as it had the plan. */
async function ofFormerPlans(
  scoped: Scoped,
  { subscription, versions, isReached, since, ...known }: Known & { readonly since: Date },
): Promise<PassedOver<PriceRow>> {
  const { id } = subscription
  const changes = await listPlanMoves(scoped, id)
  const lines = known.lines
    .filter(({ start_date }) => start_date < since)
    .map((line) => endedWithPlan(line, changes))
  const overridden = await listOverriddenFrom(scoped, [id], { presentPlan: false })
  return {
    ...{ ...known, subscription: { ...subscription, plan_since: null }, lines, prices: versions },
    overriddenFrom: overridden.get(id) ?? new Map(),
    hasChanged: isReached,
    bringsChains: false,
  }
}

/** A line that its price had ended before its plan went goes on no longer than that. */
function endedWithPlan(line: Line, changes: readonly Date[]): Line {
  if (line.ended_by !== 'price') return line
  const left = changes.find((at) => at > line.start_date) ?? null
  return { ...line, user_end: earliest([line.user_end, left]) }
}

function isReachedBy(reached: ReadonlyMap<string, number>): Known['isReached'] {
  return ({ sequence, plan_id }) => sequence <= (reached.get(plan_id ?? '') ?? 0)
}

function readSubscription({ db }: Scoped, id: string): Promise<Subscription> {
  return db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

type Line = SyncLine & { readonly root_price_id: string }

/** Also those of prices of the subscription's own, and of former plans. */
async function readLines({ db }: Scoped, subscriptionId: string): Promise<Line[]> {
  return db
    .selectFrom('subscription_line_items as line')
    .innerJoin('prices as price', 'price.id', 'line.price_id')
    .select(['line.price_id', 'line.quantity', 'price.root_price_id'])
    .select(['line.start_date', 'line.end_date', 'line.ended_by', 'line.user_end'])
    .where('line.subscription_id', '=', subscriptionId)
    .orderBy('line.id')
    .execute()
}

/** Of the subscription's plan, and of the chains that it has of former ones. */
async function readPrices(
  { db, scope }: Scoped,
  { plan_id: planId }: Subscription,
  lines: readonly Line[],
): Promise<readonly PriceRow[]> {
  const roots = [...new Set(lines.map(({ root_price_id }) => root_price_id))]
  return db
    .selectFrom('prices')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('plan_id', 'is not', null)
    .where('status', '=', 'published')
    .where(sql<boolean>`(plan_id = ${planId} or root_price_id = any (${roots}::text[]))`)
    .orderBy('id')
    .execute()
}

/**
 * Up to which change of each plan a sync has come by the subscription, also one that is not done yet. To one that is over
 * no sync comes: of its plans only what was synced before counts.
 */
async function readReached(
  { db, scope }: Scoped,
  { id, subscription_status: status, end_date: end }: Subscription,
  prices: readonly PriceRow[],
): Promise<ReadonlyMap<string, number>> {
  const planIds = [...new Set(prices.flatMap(({ plan_id }) => plan_id ?? []))]
  const isOver = status === 'cancelled'
  const { rows } = await sql<{ id: string; reached: string | null }>`
    select plan.id, greatest(
      case when not ${isOver}::boolean then plan.synced_price_sequence end,
      (select max(run.target_sequence) from price_sync_runs run
        where run.plan_id = plan.id and run.finished_at is not null and run.started_at < over.since),
      (select max(run.target_sequence) from price_sync_runs run join price_sync_slices slice on slice.run_id = run.id
        where run.plan_id = plan.id and run.target_sequence > plan.synced_price_sequence
          and ${id} > slice.range_start and ${id} <= slice.cursor
          and (over.since is null or run.started_at < over.since))) as reached
    from plans plan cross join (
      select case when ${isOver}::boolean then greatest(${end}::timestamptz, min(created_at)) end as since
      from invoices where environment_id = ${scope.environmentId} and subscription_id = ${id}
        and billing_reason = 'SUBSCRIPTION_CYCLE' and period_end >= ${end}) over
    where plan.environment_id = ${scope.environmentId} and plan.id = any (${planIds}::text[])`.execute(db)
  return new Map(rows.map((row) => [row.id, Number(row.reached ?? 0)]))
}
