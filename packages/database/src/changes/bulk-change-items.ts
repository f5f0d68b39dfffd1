import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { insertRecords, type NewRecord } from '../connection/insert-records.ts'
import type { BulkChangeItemTable } from '../tables/bulk-change-tables.ts'

export type BulkChangeItemRow = Selectable<BulkChangeItemTable>

/** What a preview says of one subscription; JSON as values. */
export type NewBulkChangeItem = NewRecord<BulkChangeItemTable, 'bulk_change_id'>

/** A page of items behind the cursor, which is a subscription's id, in the order of their ids. */
export function listBulkChangeItems(
  scoped: Scoped,
  page: {
    bulkChangeId: string
    limit: number
    cursor?: string | undefined
    end?: string | undefined
    outcome?: BulkChangeItemRow['outcome'] | undefined
  },
): Promise<BulkChangeItemRow[]> {
  const { bulkChangeId, limit, cursor = '', end, outcome } = page
  const all = scoped.db
    .selectFrom('bulk_change_items')
    .selectAll()
    .where('bulk_change_id', '=', bulkChangeId)
    .where('subscription_id', '>', cursor)
    .orderBy('subscription_id')
    .limit(limit)
  const until = end === undefined ? all : all.where('subscription_id', '<=', end)
  return (outcome === undefined ? until : until.where('outcome', '=', outcome)).execute()
}

/** In the transaction that moves the slice's cursor. */
export async function insertBulkChangeItems(
  scoped: Scoped,
  bulkChangeId: string,
  items: readonly NewBulkChangeItem[],
): Promise<void> {
  if (items.length === 0) return
  const by = { bulk_change_id: bulkChangeId, environment_id: scoped.scope.environmentId }
  await insertRecords(
    'bulk_change_items',
    items.map((item) => ({ ...item, ...by })),
  ).execute(scoped.db)
}

/** What became of a subscription that was to be changed. */
export type BulkChangeOutcome = { readonly subscriptionId: string } & (
  | { readonly changeId: string }
  | { readonly error: NonNullable<BulkChangeItemRow['error']> }
)

/** In the transaction that has changed them: one statement, however many. */
export async function finishBulkChangeItems(
  scoped: Scoped,
  bulkChangeId: string,
  outcomes: readonly BulkChangeOutcome[],
): Promise<void> {
  if (outcomes.length === 0) return
  const rows = outcomes.map((one) => ({
    id: one.subscriptionId,
    change_id: 'changeId' in one ? one.changeId : null,
    error: 'error' in one ? one.error : null,
  }))
  await sql`
    update bulk_change_items i set change_id = c.change_id, error = c.error,
      outcome = case when c.change_id is null then 'left_out' else 'changed' end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (id text, change_id text, error jsonb)
    where i.bulk_change_id = ${bulkChangeId} and i.subscription_id = c.id and i.outcome = 'to_change'
      and i.subscription_id = any (${rows.map(({ id }) => id)}::text[])`.execute(scoped.db)
}

/** Of subscriptions those that somebody has changed after the instant, by now. */
export async function listChangedSince(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
  since: Date,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct subscription_id as id from subscription_changes
    where environment_id = ${scope.environmentId} and subscription_id = any (${subscriptionIds}::text[])
      and created_at > ${since}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
