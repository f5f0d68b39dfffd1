import { assert, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { SubscriptionScheduleTable } from '../tables/schedule-tables.ts'

export type ScheduleRow = Selectable<SubscriptionScheduleTable>

export interface ScheduleSearch extends Search {
  readonly subscription_id?: string | undefined
  readonly subscription_ids?: readonly string[] | undefined
  readonly schedule_type?: readonly string[] | undefined
  readonly schedule_status?: readonly string[] | undefined
  readonly pending_only?: boolean | undefined
}

/** @throws not_found */
export async function getSchedule(scoped: Scoped, id: string): Promise<ScheduleRow> {
  const row = await selectSchedules(scoped).where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('Schedule', id)
  return row
}

export function searchSchedules(scoped: Scoped, search: ScheduleSearch): Promise<SearchPage<ScheduleRow>> {
  const query = allOf(selectSchedules(scoped), [
    equal('subscription_id', search.subscription_id),
    anyOf('subscription_id', search.subscription_ids),
    anyOf('schedule_type', search.schedule_type),
    anyOf('schedule_status', search.schedule_status),
    search.pending_only ? sql<boolean>`schedule_status = 'pending'` : undefined,
  ])
  return searchPage(query, search, scheduleFields)
}

/** The one that waits for a boundary of the subscription; the caller's transaction holds both. */
export function holdPendingSchedule(
  scoped: Scoped,
  subscriptionId: string,
): Promise<ScheduleRow | undefined> {
  assert(scoped.db.isTransaction, 'a schedule is held in a transaction')
  return selectSchedules(scoped)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .where('schedule_status', '=', 'pending')
    .forUpdate()
    .executeTakeFirst()
}

/** The same of many, by subscription: one statement. */
export async function listPendingSchedules(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
  { lock }: { readonly lock: boolean },
): Promise<ReadonlyMap<string, ScheduleRow>> {
  const { rows } = await sql<ScheduleRow>`
    select * from subscription_schedules
    where environment_id = ${scope.environmentId} and subscription_id = any (${subscriptionIds}::text[])
      and schedule_status = 'pending' order by id ${lock ? sql`for update` : sql``}`.execute(db)
  return new Map(rows.map((row) => [row.subscription_id, row]))
}

function selectSchedules({ db }: Scoped) {
  return db.selectFrom('subscription_schedules').selectAll()
}

/** The contract's list has no free filters and no order of its own: newest first. */
export const scheduleFields = searchFields<keyof SubscriptionScheduleTable>({
  text: ['id', 'subscription_id', 'schedule_type', 'schedule_status'],
  number: [],
  instant: ['scheduled_at', 'created_at'],
})
