import { CodedError, isCodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { PriceChanges } from '../tables/catalog-tables.ts'
import { type GroupKind, holdGroups } from './groups.ts'
import type { KeptTerms } from './kept-terms.ts'
import { holdMeters, type MeterRow, metersById } from './meters.ts'
import type { NewPrice, PriceRow } from './prices.ts'
import type { EditTiming } from './waiting-versions.ts'

/** A price of a plan as a row of a file has it. */
export interface ImportedPrice {
  /** The one that the row means: it has to be there. */
  readonly id: string | undefined
  /** Without one, each row is a price of its own. */
  readonly lookupKey: string | undefined
  /** For one that is not there, or why it cannot be made. */
  readonly creation: NewPrice | CodedError
  /** For one that is there, or why it cannot be changed so. */
  readonly changes: PriceChanges | CodedError
  /** When the changes begin. */
  readonly timing: EditTiming
  readonly kept: KeptTerms
}

/** What is there of what the rows name, held until the caller's transaction ends. */
export interface ImportedPriceFacts {
  /** By lookup key: the price that it stands for, or the last one that has an end. */
  readonly prices: ReadonlyMap<string, PriceRow>
  /** By id, where rows have one: whatever has become of it. */
  readonly pricesById: ReadonlyMap<string, PriceRow>
  /** When each chain began, by its first price. */
  readonly roots: ReadonlyMap<string, Date>
  readonly groups: ReadonlyMap<string, GroupKind>
  readonly meters: ReadonlyMap<string, MeterRow>
  readonly plans: ReadonlySet<string>
}

/**
 * In the order of every transaction that takes them: groups, meters, plans, prices. A fixed number of statements.
 *
 * @throws service_unavailable when a price with one of the lookup keys has just come to another plan
 */
export async function readImportedPriceFacts(
  scoped: Scoped,
  rows: readonly ImportedPrice[],
): Promise<ImportedPriceFacts> {
  const creations = rows.flatMap(({ creation }) => (isCodedError(creation) ? [] : [creation]))
  const groupIds = rows.flatMap(({ creation, changes }) => [
    ...(isCodedError(changes) ? [] : [changes.group_id]),
    ...(isCodedError(creation) ? [] : [creation.group_id]),
  ])
  const lookupKeys = distinct(rows.map(({ lookupKey }) => lookupKey))
  const ids = distinct(rows.map(({ id }) => id))
  const groups = await holdGroups(scoped, distinct(groupIds))
  const named = await holdMeters(scoped, distinct(creations.map(({ meter_id }) => meter_id)))
  const before = await readPrices(scoped, lookupKeys, ids)
  const planIds = distinct([
    ...creations.map(({ plan_id }) => plan_id),
    ...before.map(({ plan_id }) => plan_id),
  ])
  const plans = await holdPlans(scoped, planIds)
  // By a statement behind the one that held the plans: it sees what an edit that was waited for has done.
  const prices = await readPrices(scoped, lookupKeys, ids)
  if (prices.some(({ plan_id }) => plan_id !== null && !plans.has(plan_id))) {
    throw new CodedError('service_unavailable', 'A price with one of the lookup keys has just been made')
  }
  const roots = await readStarts(scoped, distinct(prices.map(({ root_price_id }) => root_price_id)))
  const ofPrices = await metersById(
    scoped,
    prices.map(({ meter_id }) => meter_id),
  )
  return {
    prices: byLookupKey(prices),
    pricesById: new Map(prices.map((price) => [price.id, price])),
    roots,
    groups,
    meters: new Map([...ofPrices, ...named]),
    plans,
  }
}

function distinct(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.flatMap((value) => value || []))]
}

async function holdPlans({ db, scope }: Scoped, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from plans where environment_id = ${scope.environmentId} and id = any (${ids}::text[])
      and status <> 'deleted' order by id for no key update`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

async function readPrices(
  { db, scope }: Scoped,
  lookupKeys: readonly string[],
  ids: readonly string[],
): Promise<readonly PriceRow[]> {
  if (lookupKeys.length + ids.length === 0) return []
  return (
    db
      .selectFrom('prices')
      .selectAll()
      .where('environment_id', '=', scope.environmentId)
      .where(
        sql<boolean>`((lookup_key = any (${lookupKeys}::text[]) and successor_price_id is null) or id = any (${ids}::text[]))`,
      )
      .where('status', '=', 'published')
      // Of one key the one without an end comes last, and is kept.
      .orderBy(sql`end_date nulls last`)
      .orderBy('id')
      .execute()
  )
}

/** One that has a successor has given its key to it. */
function byLookupKey(prices: readonly PriceRow[]): ReadonlyMap<string, PriceRow> {
  return new Map(
    prices.flatMap((price) =>
      price.lookup_key === null || price.successor_price_id !== null
        ? []
        : [[price.lookup_key, price] as const],
    ),
  )
}

async function readStarts({ db, scope }: Scoped, ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('prices')
    .select(['id', 'start_date'])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .execute()
  return new Map(rows.map(({ id, start_date: start }) => [id, start]))
}
