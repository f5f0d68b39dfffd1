import { assert, CodedError, invalid, notFound } from '@flexprice/domain'
import type { MeterFilter } from '@flexprice/domain/price'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json, type RecordColumn } from '../connection/row-changes.ts'
import { refuseEntitledFeature } from '../entitlements/entitlements.ts'
import type { FeatureTable } from '../tables/metering-tables.ts'
import type { Changes } from '../tables/row-types.ts'
import { lockGroups } from './groups.ts'
import {
  deleteMeter,
  findPriceOfMeter,
  hasEvents,
  insertMeter,
  lockMeterForChange,
  lockMeters,
  type MeterRow,
  meterLike,
  metersById,
  type NewMeter,
  setMeterFilters,
} from './meters.ts'

export type FeatureRow = Selectable<FeatureTable>
type FeatureFields = Changes<Omit<FeatureRow, RecordColumn | 'type' | 'meter_id'>>
/** A metered feature has a meter: one that exists, or one that is made with it. The others have none. */
export type NewFeature = FeatureFields &
  Pick<FeatureRow, 'name' | 'type'> & {
    readonly meter_id?: string | undefined
    readonly meter?: NewMeter | undefined
  }
export type FeatureChanges = FeatureFields & { readonly filters?: readonly MeterFilter[] | undefined }

/**
 * Inserts a feature and the meter that comes with it, in the caller's transaction.
 *
 * @throws not_found for a missing meter or group; already_exists when another published feature has the lookup key
 */
export async function insertFeature(scoped: Scoped, feature: NewFeature, now: Date): Promise<FeatureRow> {
  assert(scoped.db.isTransaction, 'a feature is made in one transaction with its meter')
  const { meter, meter_id, ...fields } = feature
  await lockGroups(scoped, 'feature', [feature.group_id])
  await lockMeters(scoped, [meter_id])
  const meterId = meter ? (await insertMeter(scoped, meter, now)).id : meter_id
  return scoped.db
    .insertInto('features')
    .values({
      ...fields,
      meter_id: meterId,
      reporting_unit: json(fields.reporting_unit),
      metadata: json(fields.metadata),
      id: newId('feature'),
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws not_found, for a deleted one too */
export async function getFeature(scoped: Scoped, id: string): Promise<FeatureRow> {
  const query = scoped.db.selectFrom('features').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Feature', id)
  return row
}

/** The meters of the published features that the keys stand for, by their keys; null for a feature that has none. */
export async function meterIdsByFeatureKey(
  { db, scope }: Scoped,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<{ meter_id: string | null; lookup_key: string }>`
    select meter_id, lookup_key from features
    where environment_id = ${scope.environmentId} and lookup_key = any (${keys}::text[]) and status = 'published'`.execute(
    db,
  )
  return new Map(rows.map(({ meter_id: id, lookup_key: key }) => [key, id]))
}

/**
 * Makes a feature like another one, in the caller's transaction, with a copy of its meter: what is changed
 * of the one later leaves the other alone. Its lookup key is only the one given.
 *
 * @throws not_found; already_exists when another published feature has the lookup key
 */
export async function cloneFeature(
  scoped: Scoped,
  sourceId: string,
  changes: Pick<FeatureFields, 'name' | 'description' | 'lookup_key' | 'metadata'>,
  now: Date,
): Promise<FeatureRow> {
  const source = await getFeature(scoped, sourceId)
  const meter = (await metersById(scoped, [source.meter_id])).get(source.meter_id ?? '')
  return insertFeature(
    scoped,
    {
      type: source.type,
      name: changes.name ?? source.name,
      description: changes.description ?? source.description,
      lookup_key: changes.lookup_key,
      unit_singular: source.unit_singular,
      unit_plural: source.unit_plural,
      reporting_unit: source.reporting_unit,
      group_id: source.group_id,
      metadata: changes.metadata ?? source.metadata,
      meter: meter && meterLike(meter),
    },
    now,
  )
}

/**
 * Changes a feature, in the caller's transaction. Its meter's filters decide what is billed, so they stay
 * as they are while a price bills the meter, and once there are events that it counts; the same ones again are no change.
 *
 * @throws not_found; validation_error for filters of a feature without a meter, or a group of prices;
 *   invalid_operation that names the price which bills the meter, or the event name
 */
export async function updateFeature(
  scoped: Scoped,
  id: string,
  { filters, ...fields }: FeatureChanges,
  now: Date,
): Promise<FeatureRow> {
  await lockGroups(scoped, 'feature', [fields.group_id])
  const feature = await lockFeature(scoped, id)
  if (filters) await changeFilters(scoped, feature, filters, now)
  const row = await scoped.db
    .updateTable('features')
    .set({
      ...fields,
      reporting_unit: json(fields.reporting_unit),
      metadata: json(fields.metadata),
      ...change(scoped.scope, now),
    })
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound('Feature', id)
  return row
}

/**
 * Marks the feature as deleted, which frees its lookup key; its meter goes with the last feature that has
 * it. In the caller's transaction.
 *
 * @throws not_found; in_use that says by what the feature is used
 */
export async function deleteFeature(scoped: Scoped, id: string, now: Date): Promise<void> {
  const { meter_id: meterId } = await lockFeature(scoped, id)
  await refuseEntitledFeature(scoped, id)
  if (meterId !== null && !(await isMeterShared(scoped, meterId, id))) {
    const price = await findPriceOfMeter(scoped, meterId, now)
    if (price !== undefined) throw featureInUse(id, 'price', price)
    await deleteMeter(scoped, meterId, now)
  }
  const deleted = { status: 'deleted', ...change(scoped.scope, now) } as const
  await scoped.db.updateTable('features').set(deleted).where('id', '=', id).execute()
}

/** Before its meter, in every transaction that takes both. It keeps out who begins to use the feature. */
async function lockFeature(scoped: Scoped, id: string): Promise<FeatureRow> {
  assert(scoped.db.isTransaction, 'a feature is changed in a transaction')
  const query = scoped.db.selectFrom('features').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').forUpdate().executeTakeFirst()
  if (!row) throw notFound('Feature', id)
  return row
}

async function changeFilters(
  scoped: Scoped,
  feature: FeatureRow,
  filters: readonly MeterFilter[],
  now: Date,
): Promise<void> {
  const { id, meter_id: meterId } = feature
  if (meterId === null) {
    throw invalid([{ path: 'filters', message: 'are for metered features' }])
  }
  const meter = await lockMeterForChange(scoped, meterId)
  // Both come with their fields in one order: the schema's, which is that of jsonb.
  if (JSON.stringify(meter.filters) === JSON.stringify(filters)) return
  const price = await findPriceOfMeter(scoped, meterId, now)
  if (price !== undefined) throw featureInUse(id, 'price', price)
  if (await hasEvents(scoped, meter.event_name)) throw measuredMeter(meter)
  await setMeterFilters(scoped, meterId, filters, now)
}

/** Holds the meter, so that it does not lose its last two features at once. */
async function isMeterShared(scoped: Scoped, meterId: string, featureId: string): Promise<boolean> {
  await lockMeterForChange(scoped, meterId)
  const other = await scoped.db
    .selectFrom('features')
    .select('id')
    .where('meter_id', '=', meterId)
    .where(sql<boolean>`id <> ${featureId}`)
    .where('status', '<>', 'deleted')
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

export function featureInUse(id: string, kind: string, userId: string): CodedError {
  return new CodedError('in_use', `Feature ${id} is used by ${kind} ${userId}`, {
    details: { used_by: kind, [`${kind}_id`]: userId },
  })
}

/** What was measured, and shown or billed, would be measured otherwise from now on. */
export function measuredMeter(meter: Pick<MeterRow, 'id' | 'event_name'>): CodedError {
  const message = `cannot change: there are events of ${JSON.stringify(meter.event_name)}, which meter ${meter.id} counts`
  return new CodedError('in_use', `The filters ${message}`, {
    details: { fields: [{ path: 'filters', message }], used_by: 'events', event_name: meter.event_name },
  })
}
