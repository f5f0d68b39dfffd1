import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** Ids of records that a page of an import made, and of those that it changed. */
export interface ImportedRecords {
  readonly created: readonly string[]
  readonly updated: readonly string[]
}

/**
 * Notes them for whoever takes the import back: what it made and changed later is what it made.
 *
 * @returns how many of them an earlier page had not noted
 */
export async function noteImportRecords(
  { db, scope }: Scoped,
  taskId: string,
  { created, updated }: ImportedRecords,
): Promise<number> {
  if (created.length + updated.length === 0) return 0
  const { numAffectedRows = 0n } = await sql`
    insert into import_records (task_id, record_id, environment_id, is_made)
    select ${taskId}, id, ${scope.environmentId}, is_made from (
      select id, true as is_made from unnest(${created}::text[]) as made (id)
      union all select id, false from unnest(${updated}::text[]) as changed (id)
    ) record order by id
    on conflict do nothing`.execute(db)
  return Number(numAffectedRows)
}

/** What an import made, the last made first. */
export async function listMadeRecords(
  { db, scope }: Scoped,
  {
    taskId,
    before,
    limit,
  }: { readonly taskId: string; readonly before: string | undefined; readonly limit: number },
): Promise<string[]> {
  const query = db
    .selectFrom('import_records')
    .select('record_id')
    .where('task_id', '=', taskId)
    .where('environment_id', '=', scope.environmentId)
    .where('is_made', '=', true)
    .orderBy('record_id', 'desc')
    .limit(limit)
  const rows = await (before === undefined ? query : query.where('record_id', '<', before)).execute()
  return rows.map(({ record_id: id }) => id)
}

/** How many records an import found, and changed: taking it back restores none of them. */
export async function countChangedRecords({ db, scope }: Scoped, taskId: string): Promise<number> {
  const { count } = await db
    .selectFrom('import_records')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('task_id', '=', taskId)
    .where('environment_id', '=', scope.environmentId)
    .where('is_made', '=', false)
    .executeTakeFirstOrThrow()
  return count
}

export interface KeptRecord {
  readonly record_id: string
  readonly outcome: 'refused' | 'not_restored'
  readonly reason: string | null
}

/** What a revert's run leaves as it is: what it has refused, then what the import changed. */
export async function listKeptRecords(
  { db, scope }: Scoped,
  kept: {
    readonly taskId: string
    readonly runId: string
    readonly limit: number
    readonly offset: number
  },
): Promise<{ readonly items: readonly KeptRecord[]; readonly total: number }> {
  const of = sql`task_id = ${kept.taskId} and environment_id = ${scope.environmentId}
    and (not is_made or refused_by = ${kept.runId})`
  const { rows: items } = await sql<KeptRecord>`
    select record_id, case when is_made then 'refused' else 'not_restored' end as outcome, refusal as reason
    from import_records where ${of}
    order by is_made desc, record_id limit ${kept.limit} offset ${kept.offset}`.execute(db)
  const { rows: counted } = await sql<{ total: number }>`
    select count(*) as total from import_records where ${of}`.execute(db)
  return { items, total: counted[0]?.total ?? 0 }
}

/** They are not there any more. */
export async function forgetImportRecords(
  { db, scope }: Scoped,
  { taskId, ids }: { readonly taskId: string; readonly ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return
  await db
    .deleteFrom('import_records')
    .where('task_id', '=', taskId)
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`record_id in (select unnest(${ids}::text[]))`)
    .execute()
}

/** By what an import's events are known: the transactions that wrote them, and between which instants they lie. */
export interface MadeEvents {
  /** Of PostgreSQL, as texts. */
  readonly transactions: readonly string[]
  /** Both inclusive; none where an event had no instant of its own. */
  readonly between: { readonly first: Date; readonly last: Date } | undefined
}

/** Undefined where it made none. */
export async function readMadeEvents({ db, scope }: Scoped, taskId: string): Promise<MadeEvents | undefined> {
  const { rows } = await sql<{
    transactions: string[] | null
    first: Date
    last: Date
    is_bounded: boolean
  }>`
    select array_agg(transaction_id::text) as transactions, min(first_event_at) as first, max(last_event_at) as last,
      bool_and(first_event_at is not null) as is_bounded
    from import_pages where task_id = ${taskId} and environment_id = ${scope.environmentId}
      and created_records > 0`.execute(db)
  const [made] = rows
  if (!made?.transactions) return undefined
  const { transactions, first, last, is_bounded: isBounded } = made
  return { transactions, between: isBounded ? { first, last } : undefined }
}
