import { assert, CodedError, invalid, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { otherKindRefusal } from '../connection/id-kind.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json, type RecordColumn } from '../connection/row-changes.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { GroupTable } from '../tables/metering-tables.ts'
import type { Changes } from '../tables/row-types.ts'

export type GroupRow = Selectable<GroupTable>
export type GroupKind = GroupRow['entity_type']
export type NewGroup = Pick<GroupRow, 'name' | 'lookup_key' | 'entity_type'> &
  Changes<Omit<GroupRow, RecordColumn>>

export interface GroupSearch extends Search {
  readonly group_ids?: readonly string[] | undefined
  readonly entity_type?: string | undefined
  readonly lookup_key?: string | undefined
  readonly name?: string | undefined
}

/** Of one group in an answer; a group itself has no bound. */
export const groupEntitiesMax = 1_000

/** @throws already_exists when another published group has the lookup key */
export function insertGroup(scoped: Scoped, group: NewGroup, now: Date): Promise<GroupRow> {
  return scoped.db
    .insertInto('groups')
    .values({ ...group, metadata: json(group.metadata), id: newId('group'), ...creation(scoped.scope, now) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws not_found, for a deleted one too */
export async function getGroup(scoped: Scoped, id: string): Promise<GroupRow> {
  const query = scoped.db.selectFrom('groups').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Group', id)
  return row
}

/** The groups of those ids, deleted ones too: they are shown with what was in them. */
export async function groupsById(
  scoped: Scoped,
  ids: ReadonlyArray<string | null>,
): Promise<ReadonlyMap<string, GroupRow>> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))]
  if (wanted.length === 0) return new Map()
  const rows = await scoped.db
    .selectFrom('groups')
    .selectAll()
    .where(sql<boolean>`id = any(${wanted}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchGroups(scoped: Scoped, search: GroupSearch): Promise<SearchPage<GroupRow>> {
  const query = allOf(scoped.db.selectFrom('groups').selectAll(), [
    anyOf('id', search.group_ids),
    equal('entity_type', search.entity_type),
    equal('lookup_key', search.lookup_key),
    equal('name', search.name),
  ])
  return searchPage(query, search, groupFields)
}

export const groupFields = searchFields<keyof GroupTable>({
  text: ['id', 'name', 'lookup_key', 'entity_type', 'status', 'created_by', 'updated_by'],
  instant: ['created_at', 'updated_at'],
})

/**
 * What is in each of the groups, by the group's id: features, and prices that have not ended; the oldest,
 * at most `perGroupMax` of each group, so that no answer grows without end.
 */
export async function listGroupEntities(
  scoped: Scoped,
  groupIds: readonly string[],
  { now, perGroupMax }: { now: Date; perGroupMax: number },
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (groupIds.length === 0) return new Map()
  const { rows } = await sql<{ group_id: string; entity_ids: string[] }>`
    select g.id as group_id, array(
      select entity.id from (
        select p.id from prices p where p.group_id = g.id and p.status = 'published'
          and (p.end_date is null or p.end_date > ${now})
        union all
        select f.id from features f where f.group_id = g.id and f.status = 'published') entity
      order by entity.id limit ${perGroupMax}) as entity_ids
    from unnest(${groupIds}::text[]) as g (id)`.execute(scoped.db)
  return new Map(rows.map((row) => [row.group_id, row.entity_ids]))
}

/**
 * Marks the group as deleted, which frees its lookup key. Needs the caller's transaction: the row's lock
 * waits for whoever is putting something into the group, and keeps others out.
 *
 * @throws not_found; in_use that names a feature or price in it
 */
export async function deleteGroup(scoped: Scoped, id: string, now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'a group is deleted in a transaction')
  const query = scoped.db.selectFrom('groups').select(['id', 'entity_type']).where('id', '=', id)
  const group = await query.where('status', '<>', 'deleted').forUpdate().executeTakeFirst()
  if (!group) throw notFound('Group', id)
  const entities = await listGroupEntities(scoped, [id], { now, perGroupMax: 1 })
  const user = entities.get(id)?.[0]
  if (user !== undefined) {
    const kind = group.entity_type
    throw new CodedError('in_use', `Group ${id} is used by ${kind} ${user}`, {
      details: { used_by: kind, [`${kind}_id`]: user },
    })
  }
  const deleted = { status: 'deleted', ...change(scoped.scope, now) } as const
  await scoped.db.updateTable('groups').set(deleted).where('id', '=', id).execute()
}

/**
 * Holds the groups until the transaction ends, so that none is deleted while something is put into it.
 *
 * @throws not_found for a missing or deleted one; validation_error for a group of the other kind
 */
export async function lockGroups(
  scoped: Scoped,
  kind: GroupKind,
  ids: ReadonlyArray<string | null | undefined>,
): Promise<void> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))]
  const found = await holdGroups(scoped, wanted)
  const refusals = wanted.flatMap((id) => groupRefusal(kind, id, found) ?? [])
  const refusal = refusals.find(({ code }) => code === 'not_found') ?? refusals[0]
  if (refusal) throw refusal
}

/** What those that exist are for, by id; they are held until the transaction ends. */
export async function holdGroups(
  scoped: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GroupKind>> {
  assert(scoped.db.isTransaction, 'a group is held in a transaction')
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Pick<GroupRow, 'id' | 'entity_type'>>`
    select id, entity_type from groups where id = any(${ids}::text[]) and status = 'published'
    order by id for key share`.execute(scoped.db)
  return new Map(rows.map((row) => [row.id, row.entity_type]))
}

/** Why something of that kind cannot be put into the group. */
export function groupRefusal(
  kind: GroupKind,
  id: string,
  found: ReadonlyMap<string, GroupKind>,
): CodedError | undefined {
  const other = found.get(id)
  if (other === undefined) return otherKindRefusal('group', id) ?? notFound('Group', id)
  if (other === kind) return undefined
  return invalid([{ path: 'group_id', message: `${id} is a group of ${other}s, not of ${kind}s` }])
}
