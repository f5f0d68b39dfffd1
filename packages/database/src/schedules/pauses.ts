import { assert } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import type { Changes } from '../tables/row-types.ts'
import type { SubscriptionPauseTable } from '../tables/subscription-tables.ts'
import type { DueBoundary } from './due-schedules.ts'

export type PauseRow = Selectable<SubscriptionPauseTable>

export type NewPause = Pick<
  PauseRow,
  | 'subscription_id'
  | 'pause_status'
  | 'pause_mode'
  | 'pause_start'
  | 'proration_behavior'
  | 'original_period_start'
  | 'original_period_end'
  | 'reason'
  | 'metadata'
>

/**
 * A pause of a subscription that the caller's transaction holds.
 *
 * @throws state_conflict where it is paused already, or is to be
 */
export async function insertPause(scoped: Scoped, pause: NewPause, now: Date): Promise<PauseRow> {
  await scoped.db
    .updateTable('subscriptions')
    .set({ was_paused: true })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', pause.subscription_id)
    .execute()
  return await scoped.db
    .insertInto('subscription_pauses')
    .values({
      ...pause,
      metadata: json(pause.metadata),
      ...{
        id: newId('subscriptionPause'),
        pause_end: null,
        resume_proration_behavior: null,
        resumed_at: null,
      },
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** That at work, or to come; undefined where there is none. The caller's transaction holds its subscription. */
export function findOpenPause({ db, scope }: Scoped, subscriptionId: string): Promise<PauseRow | undefined> {
  return db
    .selectFrom('subscription_pauses')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .where('pause_status', 'in', ['scheduled', 'active'])
    .executeTakeFirst()
}

/** What of a pause changes as it ends, or is taken back. */
export type PauseChanges = Changes<
  Pick<PauseRow, 'pause_status' | 'pause_end' | 'resume_proration_behavior' | 'resumed_at' | 'metadata'>
>

export async function updatePause(
  scoped: Scoped,
  id: string,
  { metadata, ...changes }: PauseChanges,
  now: Date,
): Promise<PauseRow> {
  return await scoped.db
    .updateTable('subscription_pauses')
    .set({ ...changes, ...(metadata && { metadata: json(metadata) }), ...change(scoped.scope, now) })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** All that subscriptions have had, oldest first. */
export function listPauses({ db }: Scoped, subscriptionIds: readonly string[]): Promise<PauseRow[]> {
  return db
    .selectFrom('subscription_pauses')
    .selectAll()
    .where(sql<boolean>`subscription_id = any (${subscriptionIds}::text[])`)
    .orderBy('id')
    .execute()
}

/**
 * Begins the pauses that are to begin at boundaries, and completes those that end at them, in the transaction that bills
 * and holds the subscriptions: one statement, however many.
 */
export async function turnPauses(
  scoped: Scoped,
  boundaries: readonly DueBoundary[],
  now: Date,
): Promise<void> {
  assert(scoped.db.isTransaction, 'a pause turns with its boundary')
  if (boundaries.length === 0) return
  const { updated_at, updated_by } = change(scoped.scope, now)
  await sql`
    update subscription_pauses p set updated_at = ${updated_at}, updated_by = ${updated_by},
      pause_status = case when p.pause_end <= b.at then 'completed' else 'active' end,
      resumed_at = case when p.pause_end <= b.at then p.pause_end end
    from unnest(${boundaries.map(({ subscriptionId }) => subscriptionId)}::text[],
      ${boundaries.map(({ at }) => at.toISOString())}::timestamptz[]) as b (subscription_id, at)
    where p.environment_id = ${scoped.scope.environmentId} and p.subscription_id = b.subscription_id
      and (p.pause_status = 'scheduled' and p.pause_start <= b.at
        or p.pause_status in ('scheduled', 'active') and p.pause_end <= b.at)`.execute(scoped.db)
}

/**
 * Ends what is open of the pauses of subscriptions that have ended, at that instant; one that was still to begin does not:
 * one statement, however many.
 */
export async function endPauses(scoped: Scoped, ended: readonly DueBoundary[], now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'a pause ends with its subscription')
  if (ended.length === 0) return
  const { updated_at, updated_by } = change(scoped.scope, now)
  await sql`
    update subscription_pauses p set updated_at = ${updated_at}, updated_by = ${updated_by},
      pause_status = case when p.pause_start < b.at then 'completed' else 'cancelled' end,
      pause_end = case when p.pause_start < b.at then b.at else p.pause_end end,
      resume_proration_behavior = case when p.pause_start < b.at then coalesce(p.resume_proration_behavior, 'none')
        else p.resume_proration_behavior end,
      resumed_at = case when p.pause_start < b.at then b.at end
    from unnest(${ended.map(({ subscriptionId }) => subscriptionId)}::text[],
      ${ended.map(({ at }) => at.toISOString())}::timestamptz[]) as b (subscription_id, at)
    where p.environment_id = ${scoped.scope.environmentId} and p.subscription_id = b.subscription_id
      and p.pause_status in ('scheduled', 'active')`.execute(scoped.db)
}
