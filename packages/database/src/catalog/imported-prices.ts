import { CodedError, isCodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { PriceChanges } from '../tables/catalog-tables.ts'
import { type GroupKind, holdGroups } from './groups.ts'
import { holdMeters, type MeterRow, metersById } from './meters.ts'
import type { NewPrice, PriceRow } from './prices.ts'
import type { EditTiming } from './waiting-versions.ts'

/** What a price keeps for its life, as far as a row of a file says it. */
export type KeptTerms = { readonly [Field in (typeof keptFields)[number]]?: NewPrice[Field] }

export const keptFields = [
  'plan_id',
  'type',
  'billing_period',
  'billing_period_count',
  'invoice_cadence',
  'currency',
  'trial_period_days',
  'min_quantity',
  'start_date',
  'end_date',
  'meter_id',
  'filter_values',
] as const

/** A price of a plan as a row of a file has it. */
export interface ImportedPrice {
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
  const groups = await holdGroups(scoped, distinct(groupIds))
  const named = await holdMeters(scoped, distinct(creations.map(({ meter_id }) => meter_id)))
  const before = await readPrices(scoped, lookupKeys)
  const planIds = distinct([
    ...creations.map(({ plan_id }) => plan_id),
    ...[...before.values()].map(({ plan_id }) => plan_id),
  ])
  const plans = await holdPlans(scoped, planIds)
  // By a statement behind the one that held the plans: it sees what an edit that was waited for has done.
  const prices = await readPrices(scoped, lookupKeys)
  if ([...prices.values()].some(({ plan_id }) => plan_id !== null && !plans.has(plan_id))) {
    throw new CodedError('service_unavailable', 'A price with one of the lookup keys has just been made')
  }
  const roots = await readStarts(
    scoped,
    distinct([...prices.values()].map(({ root_price_id }) => root_price_id)),
  )
  const ofPrices = await metersById(
    scoped,
    [...prices.values()].map(({ meter_id }) => meter_id),
  )
  return { prices, roots, groups, meters: new Map([...ofPrices, ...named]), plans }
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
): Promise<ReadonlyMap<string, PriceRow>> {
  if (lookupKeys.length === 0) return new Map()
  const rows = await db
    .selectFrom('prices')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`lookup_key = any (${lookupKeys}::text[])`)
    .where('successor_price_id', 'is', null)
    .where('status', '=', 'published')
    // Of one key the one without an end comes last, and is kept.
    .orderBy(sql`end_date nulls last`)
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [row.lookup_key ?? '', row]))
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
