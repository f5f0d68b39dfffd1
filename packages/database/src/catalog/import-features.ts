import {
  assert,
  type CodedError,
  type FieldProblem,
  invalid,
  isCodedError,
  notFound,
} from '@flexprice/domain'
import { equalDecimals, parseDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { otherKindRefusal } from '../connection/id-kind.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import type { RecordColumn } from '../connection/row-changes.ts'
import type { WrittenRecord } from '../connection/written-record.ts'
import {
  type FeatureChanges,
  type FeatureRow,
  featureInUse,
  measuredMeter,
  type NewFeature,
} from './features.ts'
import { groupRefusal } from './groups.ts'
import {
  type ImportedFeature,
  type ImportedFeatureFacts,
  meantBy,
  readImportedFeatureFacts,
} from './imported-features.ts'
import type { MeterRow, NewMeter } from './meters.ts'

type OwnColumn = Exclude<RecordColumn, 'id'>
type FeatureValues = Omit<FeatureRow, OwnColumn>
type MeterValues = Omit<MeterRow, OwnColumn>

/** A feature as the rows so far leave it. */
interface Draft {
  readonly isNew: boolean
  values: FeatureValues
  meter: MeterValues | undefined
  hasOtherFilters: boolean
}

/**
 * Makes the features that are not there, with their meters, and changes the others as their PUT would, all at once: as
 * if the rows came one after the other. Needs the caller's transaction.
 *
 * @returns what became of each row, in their order
 * @throws already_exists when another transaction has just made one with the same lookup key
 */
export async function importFeatures(
  scoped: Scoped,
  rows: readonly ImportedFeature[],
  now: Date,
): Promise<WrittenRecord[]> {
  assert(scoped.db.isTransaction, 'features are imported in a transaction')
  const facts = await readImportedFeatureFacts(scoped, rows, now)
  const known = meantBy(facts.features, (row) => draftOf(row, facts))
  const made: Draft[] = []
  const changed = new Set<Draft>()
  const outcomes = rows.map((row): WrittenRecord => {
    const { id, lookupKey, creation, changes } = row
    const draft = known.find(row)
    if (id !== undefined && !draft) {
      return { refused: otherKindRefusal('feature', id) ?? notFound('Feature', id) }
    }
    if (draft) {
      if (isCodedError(changes)) return { refused: changes }
      const refusal = changeRefusal(draft, changes, row, facts)
      if (refusal) return { refused: refusal }
      applyChanges(draft, changes)
      changed.add(draft)
      return { updated: draft.values.id }
    }
    if (isCodedError(creation)) return { refused: creation }
    const refusal = creationRefusal(creation, facts)
    if (refusal) return { refused: refusal }
    const feature = newDraft(creation)
    made.push(feature)
    if (lookupKey !== undefined) known.add(lookupKey, feature)
    return { created: feature.values.id }
  })
  await insertDrafts(scoped, made.toSorted(byLookupKey), now)
  await updateDrafts(
    scoped,
    [...changed].filter(({ isNew }) => !isNew),
    now,
  )
  return outcomes
}

function draftOf(row: FeatureRow, { meters }: ImportedFeatureFacts): Draft {
  const meter = meters.get(row.meter_id ?? '')
  return { isNew: false, values: row, meter, hasOtherFilters: false }
}

function newDraft({ meter, meter_id, ...fields }: NewFeature): Draft {
  const own = meter && meterValues(meter)
  const values = {
    id: newId('feature'),
    name: fields.name,
    type: fields.type,
    lookup_key: fields.lookup_key ?? null,
    description: fields.description ?? '',
    unit_singular: fields.unit_singular ?? '',
    unit_plural: fields.unit_plural ?? '',
    reporting_unit: fields.reporting_unit ?? null,
    meter_id: own?.id ?? meter_id ?? null,
    group_id: fields.group_id ?? null,
    metadata: fields.metadata ?? {},
  }
  return { isNew: true, values, meter: own, hasOtherFilters: false }
}

function meterValues(meter: NewMeter): MeterValues {
  return {
    id: newId('meter'),
    name: meter.name,
    event_name: meter.event_name,
    aggregation_type: meter.aggregation_type,
    field: meter.field ?? null,
    multiplier: meter.multiplier ?? null,
    bucket_size: meter.bucket_size ?? null,
    group_by: meter.group_by ?? null,
    filters: meter.filters ?? [],
    reset_usage: meter.reset_usage,
  }
}

function creationRefusal(feature: NewFeature, facts: ImportedFeatureFacts): CodedError | undefined {
  const { group_id: groupId, meter_id: meterId } = feature
  const refusal = groupId ? groupRefusal('feature', groupId, facts.groups) : undefined
  if (refusal) return refusal
  const hasMeter = !meterId || facts.meters.get(meterId)?.status === 'published'
  return hasMeter ? undefined : (otherKindRefusal('meter', meterId) ?? notFound('Meter', meterId))
}

/** As the feature's PUT would answer, also for what it does not know and the row says otherwise. */
function changeRefusal(
  { values, meter }: Draft,
  changes: FeatureChanges,
  { lookupKey, creation }: ImportedFeature,
  facts: ImportedFeatureFacts,
): CodedError | undefined {
  if (lookupKey !== undefined && lookupKey !== values.lookup_key) {
    return invalid([keptByFeature(values, 'lookup_key')])
  }
  const { group_id: groupId, filters } = changes
  const refusal = groupId ? groupRefusal('feature', groupId, facts.groups) : undefined
  if (refusal) return refusal
  const problems = isCodedError(creation) ? [] : termsProblems(values, meter, creation)
  if (problems.length > 0) return invalid(problems)
  if (filters === undefined) return undefined
  if (!meter) return invalid([{ path: 'filters', message: 'are for metered features' }])
  if (JSON.stringify(meter.filters) === JSON.stringify(filters)) return undefined
  const price = facts.prices.get(meter.id)
  if (price !== undefined) return featureInUse(values.id, 'price', price)
  return facts.measured.has(meter.event_name) ? measuredMeter(meter) : undefined
}

function keptByFeature(values: FeatureValues, field: 'lookup_key' | 'type' | 'meter_id'): FieldProblem {
  return { path: field, message: `cannot change: it is ${values[field] ?? 'none'} of feature ${values.id}` }
}

/** What a feature keeps for its life. */
function termsProblems(
  values: FeatureValues,
  meter: MeterValues | undefined,
  row: NewFeature,
): FieldProblem[] {
  const cannot = (path: string, is: unknown) => ({
    path,
    message: `cannot change: it is ${is} of feature ${values.id}`,
  })
  if (row.type !== values.type) return [keptByFeature(values, 'type')]
  if (row.meter_id && row.meter_id !== values.meter_id) return [keptByFeature(values, 'meter_id')]
  if (!row.meter || !meter) return []
  const given = meterValues(row.meter)
  return meterPaths.flatMap(([field, path]) =>
    isEqual(field, given[field], meter[field]) ? [] : [cannot(path, meter[field] ?? 'none')],
  )
}

const meterPaths = [
  ['name', 'meter.name'],
  ['event_name', 'meter.event_name'],
  ['aggregation_type', 'meter.aggregation.type'],
  ['field', 'meter.aggregation.field'],
  ['multiplier', 'meter.aggregation.multiplier'],
  ['bucket_size', 'meter.aggregation.bucket_size'],
  ['group_by', 'meter.aggregation.group_by'],
  ['reset_usage', 'meter.reset_usage'],
] as const

/** A multiplier comes with all of its digits. */
function isEqual(field: string, left: string | null, right: string | null): boolean {
  if (field !== 'multiplier' || left === null || right === null) return left === right
  const [one, other] = [parseDecimal(left), parseDecimal(right)]
  return one !== undefined && other !== undefined && equalDecimals(one, other)
}

function applyChanges(draft: Draft, { filters, ...fields }: FeatureChanges): void {
  const { values, meter } = draft
  draft.values = {
    ...values,
    name: fields.name ?? values.name,
    description: fields.description ?? values.description,
    unit_singular: fields.unit_singular ?? values.unit_singular,
    unit_plural: fields.unit_plural ?? values.unit_plural,
    reporting_unit: fields.reporting_unit ?? values.reporting_unit,
    metadata: fields.metadata ?? values.metadata,
    group_id: fields.group_id === undefined ? values.group_id : fields.group_id,
  }
  if (!meter || !filters || JSON.stringify(meter.filters) === JSON.stringify(filters)) return
  draft.meter = { ...meter, filters }
  draft.hasOtherFilters = true
}

/** In one order, so that two imports wait for each other and never deadlock. */
function byLookupKey({ values: left }: Draft, { values: right }: Draft): number {
  const [one, other] = [left.lookup_key ?? '', right.lookup_key ?? '']
  return one === other ? 0 : one < other ? -1 : 1
}

async function insertDrafts(scoped: Scoped, drafts: readonly Draft[], now: Date): Promise<void> {
  const meters = drafts.flatMap(({ meter }) => meter ?? [])
  if (meters.length > 0) await insertRecords('meters', audited(scoped, meters, now)).execute(scoped.db)
  const features = drafts.map(({ values }) => values)
  if (features.length > 0) await insertRecords('features', audited(scoped, features, now)).execute(scoped.db)
}

async function updateDrafts({ db, scope }: Scoped, drafts: readonly Draft[], now: Date): Promise<void> {
  const meters = drafts.flatMap(({ meter, hasOtherFilters }) => (meter && hasOtherFilters ? [meter] : []))
  if (meters.length > 0) {
    await sql`update meters set filters = n.filters, updated_at = ${now}, updated_by = ${scope.userId}
      from json_populate_recordset(null::meters, ${JSON.stringify(meters)}::json) n
      where meters.environment_id = ${scope.environmentId} and meters.id = n.id`.execute(db)
  }
  if (drafts.length === 0) return
  const features = drafts.map(({ values }) => values)
  await sql`update features set name = n.name, description = n.description, unit_singular = n.unit_singular,
      unit_plural = n.unit_plural, reporting_unit = n.reporting_unit, group_id = n.group_id, metadata = n.metadata,
      updated_at = ${now}, updated_by = ${scope.userId}
    from json_populate_recordset(null::features, ${JSON.stringify(features)}::json) n
    where features.environment_id = ${scope.environmentId} and features.id = n.id`.execute(db)
}
