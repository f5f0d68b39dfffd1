import { assert } from '@flexprice/domain'
import { passedOverLines, reachedVersions, type SyncLine } from '@flexprice/domain/subscription'
import { type Selectable, sql } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { creation } from '../connection/row-changes.ts'
import { readBoundaries } from '../subscriptions/version-boundaries.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'
import { listPlanSince } from './plan-since.ts'
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
  const overridden = await listOverriddenFrom(scoped, [subscriptionId], { presentPlan: false })
  const prices = await readPrices(scoped, subscription, lines)
  const reached = await readReached(scoped, subscriptionId, prices)
  const chains = new Set(lines.map(({ root_price_id }) => root_price_id))
  const { synced_price_sequence: since, subscription_status: status, start_date: start } = subscription
  const planSince = await listPlanSince(scoped, [subscriptionId])
  const boundaries = (await readBoundaries(scoped, [subscriptionId])).get(subscriptionId)
  assert(boundaries, `subscription ${subscriptionId} is held`)
  const missing = passedOverLines({
    ...{ subscription, prices: reachedVersions(prices, boundaries), lines, unbilledFrom: from },
    overriddenFrom: overridden.get(subscriptionId) ?? new Map(),
    // A chain that is there has come by the creation or a sync; one that is not there would come by a later sync alone.
    hasChanged: (price) =>
      price.sequence <= (reached.get(price.plan_id ?? '') ?? 0) &&
      (chains.has(price.root_price_id) || price.sequence > since),
    chainsFrom: status === 'cancelled' ? null : (planSince.get(subscriptionId) ?? start),
  })
  if (missing.length === 0) return
  const of = { subscription_id: subscriptionId, ...creation(scoped.scope, now) }
  await scoped.db
    .insertInto('subscription_line_items')
    .values(missing.map((line) => ({ ...line, ...of, id: newId('lineItem') })))
    .execute()
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

/** Up to which change of each plan a sync has come by the subscription, also one that is not done yet. */
async function readReached(
  { db, scope }: Scoped,
  subscriptionId: string,
  prices: readonly PriceRow[],
): Promise<ReadonlyMap<string, number>> {
  const planIds = [...new Set(prices.flatMap(({ plan_id }) => plan_id ?? []))]
  const { rows } = await sql<{ id: string; reached: string }>`
    select plan.id, greatest(plan.synced_price_sequence, (
      select max(run.target_sequence) from price_sync_runs run join price_sync_slices slice on slice.run_id = run.id
      where run.plan_id = plan.id and run.target_sequence > plan.synced_price_sequence
        and ${subscriptionId} > slice.range_start and ${subscriptionId} <= slice.cursor)) as reached
    from plans plan
    where plan.environment_id = ${scope.environmentId} and plan.id = any (${planIds}::text[])`.execute(db)
  return new Map(rows.map(({ id, reached }) => [id, Number(reached)]))
}
