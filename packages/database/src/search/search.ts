import { type FieldProblem, invalid } from '@flexprice/domain'
import {
  type Expression,
  type RawBuilder,
  type SelectQueryBuilder,
  type Simplify,
  type SqlBool,
  sql,
} from 'kysely'
import { plannedAnew } from '../connection/named-statements.ts'
import type { RecordStatus } from '../tables/row-types.ts'
import type { Tables } from '../tables/tables.ts'
import type { FieldType, SearchFields } from './search-fields.ts'
import { containing, type FilterCondition, filterCondition } from './search-filter.ts'

/** What every list of the contract can be asked: free filters, order, page. */
export interface Search {
  readonly filters?: readonly FilterCondition[] | undefined
  /** A list of conditions, or one field's name (as prices have it), then in the direction of `order`. */
  readonly sort?: readonly SortCondition[] | string | undefined
  /** The direction of the default sort, by id: newest first. */
  readonly order?: SortDirection | undefined
  readonly limit?: number | undefined
  readonly offset?: number | undefined
  /** Keyset paging in the default sort: the id of the last row of the page before. */
  readonly cursor?: string | undefined
  /** `created_at` in [start_time, end_time). */
  readonly start_time?: Date | undefined
  readonly end_time?: Date | undefined
  /** `published` unless said otherwise, or filtered by. */
  readonly status?: RecordStatus | undefined
}

export type SortDirection = 'asc' | 'desc'

export interface SortCondition {
  readonly field?: string | undefined
  readonly direction?: SortDirection | undefined
}

export interface SearchPage<Row> {
  readonly items: readonly Row[]
  /** How many rows fit on all pages. */
  readonly total: number
}

export const pageSizeDefault = 50
export const pageSizeMax = 1_000
const offsetMax = Number.MAX_SAFE_INTEGER
const filtersMax = 50
const sortsMax = 10

/**
 * One page of a query's rows, and their number. The query has the list's own conditions; here come
 * the ones that all lists share. Rows are ordered fully (the id decides at last), so pages of a list
 * that does not change neither overlap nor leave a gap.
 *
 * @throws validation_error that names each bad condition by its path (`filters[0].field`)
 */
export async function searchPage<Table extends keyof Tables, Row extends { readonly id: string }>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  search: Search,
  fields: SearchFields,
): Promise<SearchPage<Simplify<Row>>> {
  const { items: ids, total } = await searchIds(query, search, fields)
  if (ids.length === 0) return { items: [], total }
  const rows = await query.clearWhere().where(sql<SqlBool>`id = any(${ids}::text[])`).execute()
  return { items: inOrder(ids, rows), total }
}

/**
 * The ids alone, from which the page's rows are then read: sorting and skipping 30,000 rows in full would write
 * them to the disk and compute for each what is shown of a page's only. Each search is planned for its own values:
 * one plan for lists of any length compares each row with each value.
 */
export async function searchIds<Table extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  search: Search,
  fields: SearchFields,
): Promise<SearchPage<string>> {
  const { conditions, sorts, limit, offset } = parseSearch(search, fields)
  const filtered = allOf(query.clearSelect().modifyFront(sql.raw(plannedAnew)), conditions)
  let page = filtered.select(sql<string>`id`.as('id')).limit(limit).offset(offset)
  for (const { column, direction } of sorts) page = page.orderBy(column, direction)
  if (search.cursor !== undefined) page = page.where(afterCursor(search.cursor, search.order ?? 'desc'))
  const rows = await page.$castTo<{ id: string }>().execute()
  const isWhole = search.cursor === undefined && rows.length < limit && (rows.length > 0 || offset === 0)
  return {
    items: rows.map((row) => row.id),
    total: isWhole ? offset + rows.length : await count(filtered),
  }
}

/** The rows as their ids are ordered; a row that was deleted meanwhile is left out. */
export function inOrder<Row extends { readonly id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** `column = any(values)`, one parameter however many there are; no condition when nothing was asked. */
export function anyOf(
  column: string,
  values: readonly string[] | undefined,
): RawBuilder<SqlBool> | undefined {
  return values && sql<SqlBool>`${sql.ref(column)} = any(${values}::text[])`
}

export function equal(column: string, value: string | undefined): RawBuilder<SqlBool> | undefined {
  return value === undefined ? undefined : sql<SqlBool>`${sql.ref(column)} = ${value}`
}

/** In any case of letters; it looks at each row of the environment, as no index serves it under row security. */
export function textContains(column: string, text: string | undefined): RawBuilder<SqlBool> | undefined {
  return text === undefined ? undefined : sql<SqlBool>`${sql.ref(column)} ilike ${containing(text)}`
}

/** Every given pair is in the row's metadata. */
export function metadataHas(pairs: Readonly<Record<string, string>> | undefined): RawBuilder<SqlBool>[] {
  return Object.entries(pairs ?? {}).map(([key, value]) => sql<SqlBool>`metadata ->> ${key}::text = ${value}`)
}

/** The query with each condition that was asked for. */
export function allOf<Table extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  conditions: ReadonlyArray<Expression<SqlBool> | undefined>,
): SelectQueryBuilder<Tables, Table, Row> {
  return conditions.reduce<typeof query>((all, condition) => (condition ? all.where(condition) : all), query)
}

async function count<Table extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Table, Row>,
): Promise<number> {
  const { total } = await query
    .select(sql<number>`count(*)`.as('total'))
    .$castTo<{ total: number }>()
    .executeTakeFirstOrThrow()
  return total
}

interface Sort {
  readonly column: Expression<unknown>
  readonly direction: SortDirection
}

interface ParsedSearch {
  readonly conditions: ReadonlyArray<Expression<SqlBool> | undefined>
  readonly sorts: readonly Sort[]
  readonly limit: number
  readonly offset: number
}

function parseSearch(search: Search, fields: SearchFields): ParsedSearch {
  const { limit = pageSizeDefault, offset = 0, start_time, end_time } = search
  const filters = (search.filters ?? []).map((filter, index) =>
    filterCondition(filter, `filters[${index}]`, fields),
  )
  const problems: FieldProblem[] = [
    ...filters.flatMap((filter) => (filter.ok ? [] : [filter.problem])),
    ...sortProblems(search, fields),
    ...pageProblems(search, limit, offset),
  ]
  if (problems.length > 0) throw invalid(problems)
  return {
    conditions: [
      ...filters.map((filter) => (filter.ok ? filter.condition : undefined)),
      start_time && sql<SqlBool>`created_at >= ${start_time}`,
      end_time && sql<SqlBool>`created_at < ${end_time}`,
      statusCondition(search, fields),
    ],
    sorts: parseSorts(search, fields),
    limit,
    offset,
  }
}

function statusCondition(search: Search, fields: SearchFields): Expression<SqlBool> | undefined {
  if (!fields.has('status')) return undefined
  const isFilteredBy = search.filters?.some((filter) => filter.field === 'status') ?? false
  return equal('status', search.status ?? (isFilteredBy ? undefined : 'published'))
}

function parseSorts({ sort, order = 'desc' }: Search, fields: SearchFields): Sort[] {
  const asked = typeof sort === 'string' ? [{ field: sort, direction: order }] : (sort ?? [])
  const sorts = asked.flatMap(({ field, direction }) => {
    const known = fields.get(field ?? '')
    if (!known) return []
    const column = field === 'id' ? known.column : unindexed[known.type](known.column)
    return [{ column, direction: direction ?? order }]
  })
  return [...sorts, { column: sql.ref('id'), direction: sorts.at(-1)?.direction ?? order }]
}

/**
 * The same order, of which no index has anything: for a short page PostgreSQL would go along an index of the
 * column, through all environments' rows until enough are of this one.
 */
const unindexed: Readonly<Record<FieldType, (column: Expression<unknown>) => Expression<unknown>>> = {
  text: (column) => sql`${column} || ''`,
  number: (column) => sql`${column} + 0`,
  instant: (column) => sql`${column} + interval '0'`,
}

function sortProblems({ sort }: Search, fields: SearchFields): FieldProblem[] {
  const message = `must be one of ${[...fields.keys()].sort().join(', ')}`
  if (typeof sort === 'string') return fields.has(sort) ? [] : [{ path: 'sort', message }]
  return (sort ?? []).flatMap(({ field }, index) =>
    fields.has(field ?? '') ? [] : [{ path: `sort[${index}].field`, message }],
  )
}

function pageProblems(search: Search, limit: number, offset: number): FieldProblem[] {
  const problems: FieldProblem[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  if (!isWholeBetween(limit, 1, pageSizeMax)) add('limit', `must be a whole number from 1 to ${pageSizeMax}`)
  if (!isWholeBetween(offset, 0, offsetMax)) add('offset', 'must be a whole number of at least 0')
  if ((search.filters?.length ?? 0) > filtersMax) add('filters', `must be at most ${filtersMax}`)
  if ((search.sort?.length ?? 0) > sortsMax && typeof search.sort !== 'string')
    add('sort', `must be at most ${sortsMax}`)
  if (search.cursor !== undefined && (search.sort?.length || offset > 0)) {
    add('cursor', 'cannot be joined with sort or offset')
  }
  return problems
}

function isWholeBetween(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max
}

function afterCursor(cursor: string, order: SortDirection): Expression<SqlBool> {
  return order === 'desc' ? sql<SqlBool>`id < ${cursor}` : sql<SqlBool>`id > ${cursor}`
}
