import { type CodedError, isCodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { FeatureChanges, FeatureRow, NewFeature } from './features.ts'
import { type GroupKind, holdGroups } from './groups.ts'
import { holdMeters, type MeterRow, metersById } from './meters.ts'

/** A feature as a row of a file has it. */
export interface ImportedFeature {
  /** The one that the row means: it has to be there. */
  readonly id: string | undefined
  /** Without one, each row is a feature of its own. */
  readonly lookupKey: string | undefined
  /** For one that is there, or why it cannot be changed so. */
  readonly changes: FeatureChanges | CodedError
  /** For one that is not, or why it cannot be made. */
  readonly creation: NewFeature | CodedError
}

/** What is there of what the rows name, held until the caller's transaction ends. */
export interface ImportedFeatureFacts {
  /** Those that the rows mean, by id or lookup key. */
  readonly features: readonly FeatureRow[]
  readonly groups: ReadonlyMap<string, GroupKind>
  /** Of those features, and what rows name themselves; deleted ones are not among them. */
  readonly meters: ReadonlyMap<string, MeterRow>
  /** By meter, the price that bills it. */
  readonly prices: ReadonlyMap<string, string>
  /** Names of events that there are. */
  readonly measured: ReadonlySet<string>
}

/** In the order of every transaction that takes them: groups, features, meters. A fixed number of statements. */
export async function readImportedFeatureFacts(
  scoped: Scoped,
  rows: readonly ImportedFeature[],
  now: Date,
): Promise<ImportedFeatureFacts> {
  const groups = await holdGroups(scoped, namedGroups(rows))
  const features = await holdFeatures(scoped, rows)
  const ofFeatures = await metersById(
    scoped,
    features.map(({ meter_id }) => meter_id),
  )
  const { meterIds, eventNames } = filtersToChange(rows, features, ofFeatures)
  const changing = await holdMeters(scoped, meterIds, { toChange: true })
  const named = rows.flatMap(({ creation }) =>
    isCodedError(creation) || !creation.meter_id || changing.has(creation.meter_id)
      ? []
      : [creation.meter_id],
  )
  const shared = await holdMeters(scoped, [...new Set(named)])
  return {
    features,
    groups,
    meters: new Map([...ofFeatures, ...shared, ...changing]),
    prices: await billingPrices(scoped, meterIds, now),
    measured: await measuredEvents(scoped, eventNames),
  }
}

function namedGroups(rows: readonly ImportedFeature[]): string[] {
  return [...new Set(rows.flatMap(({ changes }) => (isCodedError(changes) ? [] : (changes.group_id ?? []))))]
}

async function holdFeatures(
  { db, scope }: Scoped,
  rows: readonly ImportedFeature[],
): Promise<readonly FeatureRow[]> {
  const ids = [...new Set(rows.flatMap(({ id }) => id ?? []))]
  const lookupKeys = [...new Set(rows.flatMap(({ lookupKey }) => lookupKey ?? []))]
  if (ids.length + lookupKeys.length === 0) return []
  return db
    .selectFrom('features')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`(lookup_key = any(${lookupKeys}::text[]) or id = any(${ids}::text[]))`)
    .where('status', '=', 'published')
    .orderBy('id')
    .forUpdate()
    .execute()
}

export interface MeantFeatures<Value extends object> {
  find(row: Pick<ImportedFeature, 'id' | 'lookupKey'>): Value | undefined
  /** One that a row has made. */
  add(lookupKey: string, value: Value): void
}

/** Which of the features a row means: by its id, or else by its lookup key. */
export function meantBy<Value extends object>(
  features: readonly FeatureRow[],
  asValue: (feature: FeatureRow) => Value,
): MeantFeatures<Value> {
  const byId = new Map(features.map((feature) => [feature.id, asValue(feature)]))
  const byKey = new Map(
    features.flatMap(({ id, lookup_key: key }) => {
      const value = byId.get(id)
      return key === null || value === undefined ? [] : [[key, value] as const]
    }),
  )
  return {
    find: ({ id, lookupKey }) => (id === undefined ? byKey.get(lookupKey ?? '') : byId.get(id)),
    add: (lookupKey, value) => void byKey.set(lookupKey, value),
  }
}

/** Meters whose filters a row wants otherwise, and the names of what they count: also of one that the page itself makes. */
function filtersToChange(
  rows: readonly ImportedFeature[],
  features: readonly FeatureRow[],
  meters: ReadonlyMap<string, MeterRow>,
): { meterIds: string[]; eventNames: string[] } {
  const meterIds = new Set<string>()
  const eventNames = new Set<string>()
  const meant = meantBy(features, (feature) => feature)
  for (const row of rows) {
    const { id, lookupKey, changes, creation } = row
    const isNamed = id !== undefined || lookupKey !== undefined
    if (!isNamed || isCodedError(changes) || changes.filters === undefined) continue
    const meter = meters.get(meant.find(row)?.meter_id ?? '')
    if (meter && JSON.stringify(meter.filters) !== JSON.stringify(changes.filters)) {
      meterIds.add(meter.id)
      eventNames.add(meter.event_name)
    } else if (!meter && !isCodedError(creation) && creation.meter) eventNames.add(creation.meter.event_name)
  }
  return { meterIds: [...meterIds], eventNames: [...eventNames] }
}

async function billingPrices(
  { db }: Scoped,
  meterIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  if (meterIds.length === 0) return new Map()
  const { rows } = await sql<{ meter_id: string; id: string }>`
    select distinct on (meter_id) meter_id, id from prices where meter_id = any(${meterIds}::text[])
      and status = 'published' and (end_date is null or end_date > ${now}) order by meter_id, id`.execute(db)
  return new Map(rows.map(({ meter_id, id }) => [meter_id, id]))
}

/** By one walk for all of them: no index begins with the name. */
async function measuredEvents({ db }: Scoped, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set()
  const { rows } = await sql<{ name: string }>`
    select event_name as name from events where event_name = any (${names}::text[]) group by event_name`.execute(
    db,
  )
  return new Set(rows.map(({ name }) => name))
}
