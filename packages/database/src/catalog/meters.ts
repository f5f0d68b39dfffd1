import { assert, notFound } from '@flexprice/domain'
import type { MeterFilter } from '@flexprice/domain/price'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json, type RecordColumn } from '../connection/row-changes.ts'
import type { MeterTable } from '../tables/metering-tables.ts'
import type { Changes } from '../tables/row-types.ts'

/** Its multiplier comes with all 18 digits after the point. */
export type MeterRow = Selectable<MeterTable>
type RequiredColumn = 'name' | 'event_name' | 'aggregation_type' | 'reset_usage'
/** Validated by the caller (`validateMeterTerms`). */
export type NewMeter = Pick<MeterRow, RequiredColumn> & Changes<Omit<MeterRow, RecordColumn | RequiredColumn>>

export function insertMeter(scoped: Scoped, meter: NewMeter, now: Date): Promise<MeterRow> {
  return scoped.db
    .insertInto('meters')
    .values({ ...meter, filters: json(meter.filters), id: newId('meter'), ...creation(scoped.scope, now) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** A new meter that counts the same. */
export function meterLike(meter: MeterRow): NewMeter {
  const {
    name,
    event_name,
    aggregation_type,
    field,
    multiplier,
    bucket_size,
    group_by,
    filters,
    reset_usage,
  } = meter
  return {
    name,
    event_name,
    aggregation_type,
    field,
    multiplier,
    bucket_size,
    group_by,
    filters,
    reset_usage,
  }
}

/** The meters of those ids, deleted ones too: what was billed by one is still shown with it. */
export async function metersById(
  scoped: Scoped,
  ids: ReadonlyArray<string | null>,
): Promise<ReadonlyMap<string, MeterRow>> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))]
  if (wanted.length === 0) return new Map()
  const rows = await scoped.db
    .selectFrom('meters')
    .selectAll()
    .where(sql<boolean>`id = any(${wanted}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Holds the meters until the transaction ends, so that none is deleted or filtered otherwise while a price
 * or a feature begins to use it.
 *
 * @throws not_found for a missing or deleted one
 */
export async function lockMeters(
  scoped: Scoped,
  ids: ReadonlyArray<string | null | undefined>,
): Promise<ReadonlyMap<string, MeterRow>> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))]
  const found = await holdMeters(scoped, wanted)
  const missing = wanted.find((id) => !found.has(id))
  if (missing !== undefined) throw notFound('Meter', missing)
  return found
}

/** Those that exist, by id; they are held until the transaction ends: shared, or as who is to change them needs it. */
export async function holdMeters(
  scoped: Scoped,
  ids: readonly string[],
  { toChange = false } = {},
): Promise<ReadonlyMap<string, MeterRow>> {
  assert(scoped.db.isTransaction, 'a meter is held in a transaction')
  if (ids.length === 0) return new Map()
  const query = scoped.db
    .selectFrom('meters')
    .selectAll()
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .where('status', '=', 'published')
    .orderBy('id')
  const rows = await (toChange ? query.forUpdate() : query.forShare()).execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** Needs `lockMeterForChange` before it: nothing may begin to use the meter meanwhile. */
export async function setMeterFilters(
  scoped: Scoped,
  id: string,
  filters: readonly MeterFilter[],
  now: Date,
): Promise<void> {
  await scoped.db
    .updateTable('meters')
    .set({ filters: json(filters), ...change(scoped.scope, now) })
    .where('id', '=', id)
    .execute()
}

export async function deleteMeter(scoped: Scoped, id: string, now: Date): Promise<void> {
  await scoped.db
    .updateTable('meters')
    .set({ status: 'deleted', ...change(scoped.scope, now) })
    .where('id', '=', id)
    .execute()
}

/** Waits for the prices and features that are beginning to use it, and keeps others out. */
export async function lockMeterForChange(scoped: Scoped, id: string): Promise<MeterRow> {
  assert(scoped.db.isTransaction, 'a meter is changed in a transaction')
  return scoped.db.selectFrom('meters').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
}

/** A price at work, or yet to be, that bills the meter's usage. */
export async function findPriceOfMeter(
  scoped: Scoped,
  meterId: string,
  now: Date,
): Promise<string | undefined> {
  const price = await scoped.db
    .selectFrom('prices')
    .select('id')
    .where('meter_id', '=', meterId)
    .where('status', '=', 'published')
    .where(sql<boolean>`(end_date is null or end_date > ${now})`)
    .limit(1)
    .executeTakeFirst()
  return price?.id
}

/** Whether the environment has events of that name: no index begins with it, so for changes of the catalog only. */
export async function hasEvents(scoped: Scoped, eventName: string): Promise<boolean> {
  const event = await scoped.db
    .selectFrom('events')
    .select('event_id')
    .where('event_name', '=', eventName)
    .limit(1)
    .executeTakeFirst()
  return event !== undefined
}

/** The meter of a USAGE price. */
export async function meterOf(
  scoped: Scoped,
  { meter_id }: { readonly meter_id: string | null },
): Promise<MeterRow | undefined> {
  return meter_id === null ? undefined : (await metersById(scoped, [meter_id])).get(meter_id)
}
