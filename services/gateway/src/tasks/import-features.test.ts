import { gzipSync } from 'node:zlib'
import { priceBody } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import { idless, refusalOf, throughFile, throughPost } from '../testing/both-doors.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

const imports = await startImports(4)
afterAll(() => imports[Symbol.asyncDispose]())
const features = { entity_type: 'FEATURES' }

/** As they are, apart from what each environment has of its own. */
async function featuresOf({ scoped }: Caller) {
  const rows = await scoped.db
    .selectFrom('features')
    .leftJoin('meters', 'meters.id', 'features.meter_id')
    .leftJoin('groups', 'groups.id', 'features.group_id')
    .select([
      'features.name',
      'features.type',
      'features.lookup_key',
      'features.description',
      'features.unit_singular',
      'features.unit_plural',
      'features.reporting_unit',
      'features.metadata',
      'features.status',
      'groups.lookup_key as group_key',
      'meters.name as meter_name',
      'meters.event_name',
      'meters.aggregation_type',
      'meters.field',
      'meters.multiplier',
      'meters.bucket_size',
      'meters.group_by',
      'meters.filters',
      'meters.reset_usage',
    ])
    .orderBy('features.lookup_key')
    .orderBy('features.name')
    .execute()
  return rows
}

const metered = (key: string, meter: object = {}) => meteredFeatureBody({ lookup_key: key }, meter)
const sum = { type: 'SUM', field: 'bytes' }

/** As they are sent and as they stand in a file, good and bad; each of them for itself. */
const bodies: readonly unknown[] = [
  { name: 'SSO', type: 'boolean', lookup_key: 'sso', metadata: { team: 'a' }, description: 'x' },
  { name: 'No key', type: 'static' },
  { name: 'Empty key', type: 'config', lookup_key: '', group_id: '', meter_id: '' },
  metered('calls'),
  metered('bytes', { aggregation: { ...sum, bucket_size: 'DAY' }, filters: [{ key: 'a', values: ['b'] }] }),
  metered('mult', { aggregation: { type: 'SUM_WITH_MULTIPLIER', field: 'n', multiplier: 1.5 } }),
  { ...metered('unit'), unit_singular: 'call', reporting_unit: { unit_plural: 'k', conversion_rate: 0.001 } },
  metered('comma', { aggregation: { type: 'SUM_WITH_MULTIPLIER', field: 'n', multiplier: '1,5' } }),
  metered('no-field', { aggregation: { type: 'SUM' } }),
  metered('count-of', { aggregation: { type: 'COUNT', field: 'x' } }),
  metered('odd-type', { aggregation: { type: 'MEDIAN', field: 'x' } }),
  metered('no-event', { event_name: '' }),
  metered('two-filters', {
    filters: [
      { key: 'a', values: ['1'] },
      { key: 'a', values: ['2'] },
    ],
  }),
  metered('formula', { aggregation: { ...sum, expression: 'a + b' } }),
  { name: 'Metered', type: 'metered' },
  { name: 'Static', type: 'static', meter: meteredFeatureBody().meter },
  { ...meteredFeatureBody(), meter_id: 'meter_1' },
  { name: 'Missing', type: 'metered', meter_id: 'meter_none' },
  { name: 'Other kind', type: 'metered', meter_id: 'group_1' },
  { name: 'No group', type: 'static', group_id: 'group_none' },
  { name: 'Alert', type: 'static', alert_settings: { alert_enabled: true } },
  { name: '', type: 'static' },
  { type: 'static' },
  { name: 'No type' },
  { name: 'Odd', type: 'metred' },
  { name: 'x'.repeat(256), type: 'static' },
  { name: 'NUL\u0000', type: 'static' },
  { name: 1, type: 'static' },
  { name: 'Unknown', type: 'static', colour: 'red' },
  { name: 'Metadata', type: 'static', metadata: { n: 1 } },
  [],
  'text',
]

test('each feature is taken, or refused for the same fields and reasons, as through POST /features', async () => {
  const [direct, byFile] = [await imports.gateway.newCaller(), await imports.gateway.newCaller()]
  const lines = bodies.map((body) => JSON.stringify(body))
  const refused = await throughPost(imports, direct, '/features', lines)
  expect(await throughFile(imports, byFile, 'FEATURES', lines)).toEqual(refused)
  expect(refused.size).toBe(bodies.length - 7)
  expect(await featuresOf(byFile)).toEqual(await featuresOf(direct))
})

/** One a row, in their order, for features that are there before: `calls` has a price, `seen` has events. */
const changes: readonly { lookup_key: string; [field: string]: unknown }[] = [
  { lookup_key: 'calls', name: 'Calls', description: 'of the API', metadata: { team: 'b' } },
  { lookup_key: 'calls', filters: [{ key: 'region', values: ['eu'] }] },
  { lookup_key: 'calls', group_id: 'group_none' },
  { lookup_key: 'calls', group_id: '' },
  { lookup_key: 'free', filters: [{ key: 'region', values: ['eu'] }] },
  { lookup_key: 'free', filters: [{ key: 'region', values: [] }] },
  {
    lookup_key: 'free',
    unit_plural: 'calls',
    reporting_unit: { unit_plural: 'k', conversion_rate: '0.001' },
  },
  { lookup_key: 'seen', filters: [{ key: 'region', values: ['eu'] }] },
  { lookup_key: 'sso', filters: [{ key: 'region', values: ['eu'] }] },
  { lookup_key: 'sso', name: '' },
]

async function addKnown(caller: Caller): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  for (const body of [
    metered('calls'),
    metered('free', { event_name: 'free' }),
    metered('seen', { event_name: 'seen' }),
    { name: 'SSO', type: 'boolean', lookup_key: 'sso' },
  ]) {
    const { id, meter_id, lookup_key } = await caller.create('/features', body)
    ids.set(String(lookup_key), id)
    if (lookup_key !== 'calls') continue
    const plan = await caller.create('/plans', { name: 'Pro' })
    await caller.create('/prices', priceBody(plan.id, usageOf(meter_id)))
  }
  const event = { event_name: 'seen', external_customer_id: 'ada' }
  expect((await caller.call('POST', '/events', event)).status).toBe(202)
  return ids
}

test('a feature that is there is changed, or its row refused, as by its PUT', async () => {
  const [direct, byFile] = [await imports.gateway.newCaller(), await imports.gateway.newCaller()]
  const ids = await addKnown(direct)
  await addKnown(byFile)
  const refused = new Map<number, string[]>()
  for (const [index, { lookup_key, ...body }] of changes.entries()) {
    const answer = await direct.call('PUT', `/features/${ids.get(lookup_key)}`, body)
    if (answer.status >= 400) refused.set(index + 1, refusalOf(answer.body))
  }
  const lines = changes.map((change) => JSON.stringify(change))
  const told = await throughFile(imports, byFile, 'FEATURES', lines)
  expect(idless(told)).toEqual(idless(refused))
  expect(await featuresOf(byFile)).toEqual(await featuresOf(direct))
})

test('rows of one feature come one after the other: the first makes it, the others change it, what is kept for life is refused', async () => {
  const caller = await imports.gateway.newCaller()
  const rows = [
    { lookup_key: 'calls', name: 'Too early' },
    metered('calls'),
    { lookup_key: 'calls', name: 'Calls' },
    { ...metered('calls', { event_name: 'other' }), name: 'Other' },
    { ...metered('calls', { filters: [{ key: 'region', values: ['eu'] }] }), name: 'Filtered' },
    { name: 'Static', type: 'static', lookup_key: 'calls' },
  ]
  const task = await imports.importFile(caller, JSON.stringify(rows), { ...features, file_type: 'JSON' })
  expect(task).toMatchObject({ created_records: 1, updated_records: 2, failed_records: 3 })
  expect(await rejectedRows(imports.gateway, caller, task.id)).toEqual([
    expect.stringMatching(/^1,type,is required,/),
    expect.stringMatching(/^4,meter\.event_name,cannot change: it is api_call of feature feat_/),
    expect.stringMatching(/^6,type,cannot change: it is metered of feature feat_/),
  ])
  expect(await featuresOf(caller)).toMatchObject([
    { name: 'Filtered', event_name: 'api_call', filters: [{ key: 'region', values: ['eu'] }] },
  ])
})

test('FlexPrice’s flat headers are aliases; unknown columns are told; the same file again, in gzip, changes nothing', async () => {
  const caller = await imports.gateway.newCaller()
  const file = [
    'Name;Type;Lookup Key;event_name;aggregation_type;Aggregation Field;meter_name;filters;reset_usage;metadata.team;memo',
    'Bytes;metered;bytes;transfer;SUM;bytes;Bytes;"[{""key"":""region"",""values"":[""eu""]}]";BILLING_PERIOD;a;x',
    'SSO;boolean;sso;;;;;;;;',
    'No field;metered;odd;transfer;SUM;;Odd;;BILLING_PERIOD;;',
  ].join('\r\n')
  const first = await imports.importFile(caller, file, { ...features, track_progress: true })
  expect(first).toMatchObject({ created_records: 2, failed_records: 1, unknown_columns: ['memo'] })
  expect(await rejectedRows(imports.gateway, caller, first.id)).toEqual([
    expect.stringMatching(/^4,meter\.aggregation\.field,is required for SUM,/),
  ])
  const before = await featuresOf(caller)
  expect(before).toMatchObject([
    {
      lookup_key: 'bytes',
      aggregation_type: 'SUM',
      field: 'bytes',
      filters: [{ key: 'region', values: ['eu'] }],
      metadata: { team: 'a' },
    },
    { lookup_key: 'sso', type: 'boolean', event_name: null },
  ])
  const second = await imports.importFile(caller, gzipSync(file), features)
  expect(second).toMatchObject({ created_records: 0, updated_records: 2, failed_records: 1 })
  expect(await featuresOf(caller)).toEqual(before)
})

test('two imports of one file at once, each in its order, make each feature once; a dry run none', async () => {
  const caller = await imports.gateway.newCaller()
  const rows = Array.from({ length: 40 }, (_, index) => metered(`f${(index * 7) % 40}`))
  const lines = (some: readonly object[]) => some.map((row) => JSON.stringify(row)).join('\n')
  const ndjson = { ...features, file_type: 'NDJSON' }
  const dry = await imports.importFile(caller, lines(rows), { ...ndjson, dry_run: true })
  expect(dry).toMatchObject({ task_status: 'COMPLETED', created_records: 40 })
  expect(await featuresOf(caller)).toEqual([])
  const tasks = await Promise.all(
    [rows, rows.toReversed()].map((some) => imports.importFile(caller, lines(some), ndjson)),
  )
  expect(tasks.map(({ task_status, successful_records }) => [task_status, successful_records])).toEqual([
    ['COMPLETED', 40],
    ['COMPLETED', 40],
  ])
  expect(await featuresOf(caller)).toHaveLength(40)
  const other = await imports.gateway.newCaller()
  expect(await imports.importFile(other, lines(rows), ndjson)).toMatchObject({ created_records: 40 })
})

test('once an import has ended, no gateway shows a feature as it was before', async () => {
  const { gateway } = imports
  const caller = await gateway.newCaller()
  const { id } = await caller.create('/features', { name: 'Before', type: 'static', lookup_key: 'kept' })
  const path = `/features/${id}`
  const hits = async () =>
    Number(
      /^cache_lookups_total\{.*cache="catalog".*result="hit".*\} (\d+)$/m.exec(
        await gateway.metrics(),
      )?.[1] ?? 0,
    )
  const isKept = async () => {
    const before = await hits()
    await caller.call('GET', path)
    return (await hits()) > before
  }
  await expect.poll(isKept).toBe(true)
  const file = 'lookup_key,name\nkept,After\n'
  expect(await imports.importFile(caller, file, features)).toMatchObject({ updated_records: 1 })
  expect(await caller.call('GET', path)).toMatchObject({ status: 200, body: { name: 'After' } })
})
