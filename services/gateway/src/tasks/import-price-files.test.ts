import { gzipSync } from 'node:zlib'
import { priceBody } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'
import { newPricedWorld, pricesOf } from '../testing/priced-world.ts'

const imports = await startImports(4)
afterAll(() => imports[Symbol.asyncDispose]())

const prices = { entity_type: 'PRICES' }
const ndjson = { ...prices, file_type: 'NDJSON' }
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n')
const start_date = '2026-01-01T00:00:00Z'

test('a whole row for a price that is there changes its money and texts; what it keeps for life is refused, and the file again changes nothing', async () => {
  const { caller, planId, meterId } = await newPricedWorld(imports.gateway)
  const basic = await caller.create('/plans', { name: 'Basic', lookup_key: 'basic' })
  const row = (changes: object = {}) => priceBody(planId, { start_date, lookup_key: 'fee', ...changes })
  const file = lines([
    { lookup_key: 'fee', amount: '9' },
    row(),
    row({ amount: '12', display_name: 'Fee' }),
    row({ entity_id: basic.id }),
    row({ currency: 'eur' }),
    row({ start_date: '2026-02-01T00:00:00Z' }),
    row(usageOf(meterId)),
    row({ lookup_key: 'year', billing_period: 'ANNUAL', end_date: '2999-01-01T00:00:00Z' }),
    row({ lookup_key: 'past', end_date: '2026-02-01T00:00:00Z' }),
  ])
  const first = await imports.importFile(caller, file, ndjson)
  expect(first).toMatchObject({ created_records: 3, updated_records: 1, failed_records: 5 })
  expect(await rejectedRows(imports.gateway, caller, first.id)).toEqual([
    expect.stringMatching(/^1,type,is required,/),
    ...Array.from({ length: 7 }, () => expect.any(String)),
    expect.stringMatching(/^4,entity_id,cannot change: it is plan_/),
    expect.stringMatching(/^5,currency,cannot change: it is usd of price price_/),
    expect.stringMatching(/^6,start_date,cannot change: it is 2026-01-01T00:00:00\.000Z of price price_/),
    expect.stringMatching(/^7,type,cannot change: it is FIXED of price price_/),
    expect.stringMatching(/^7,invoice_cadence,/),
    expect.stringMatching(/^7,meter_id,cannot change: it is none of price price_/),
  ])
  const before = await pricesOf(caller)
  expect(before).toMatchObject([
    { amount: expect.stringMatching(/^10\.50*$/), end_date: 'now', lookup_key: null, successor_price_id: 1 },
    { amount: expect.stringMatching(/^12\.0*$/), start_date: 'now', end_date: null, display_name: 'Fee' },
    { lookup_key: 'year' },
    { lookup_key: 'past' },
  ])
  const again = lines([
    row({ amount: '12', display_name: 'Fee' }),
    row({ lookup_key: 'past', end_date: '2026-02-01T00:00:00Z' }),
  ])
  expect(await imports.importFile(caller, again, ndjson)).toMatchObject({
    created_records: 0,
    failed_records: 0,
  })
  expect(await pricesOf(caller)).toEqual(before)
})

test('a page raises its plans once, and each price that it makes or ends has their number: a sync sees all of it', async () => {
  const { caller, planId } = await newPricedWorld(imports.gateway)
  const sequence = async () => {
    const plan = await caller.scoped.db
      .selectFrom('plans')
      .select('price_sequence')
      .where('id', '=', planId)
      .executeTakeFirstOrThrow()
    return plan.price_sequence
  }
  const before = await sequence()
  const row = (key: string, changes: object = {}) =>
    priceBody(planId, { start_date, lookup_key: key, ...changes })
  await imports.importFile(caller, lines([row('a'), row('b'), row('c')]), ndjson)
  expect(await sequence()).toBe(before + 1)
  const texts = lines([
    { lookup_key: 'a', description: 'x' },
    { lookup_key: 'b', amount: '10.5' },
  ])
  await imports.importFile(caller, texts, ndjson)
  expect(await sequence()).toBe(before + 1)
  await imports.importFile(caller, lines([{ lookup_key: 'b', amount: '11' }]), ndjson)
  const rows = await caller.scoped.db
    .selectFrom('prices')
    .select(['sequence', 'end_date'])
    .orderBy('id')
    .execute()
  expect(rows.map(({ sequence: own, end_date }) => [own - before, end_date !== null])).toEqual([
    [1, false],
    [2, true],
    [1, false],
    [2, false],
  ])
})

test('CSV: the plan by its key, tiers as JSON, transform_quantity by columns; unknown columns are told, a dry run makes none', async () => {
  const { caller } = await newPricedWorld(imports.gateway)
  const file = [
    'lookup_key;plan_lookup_key;entity_type;price_unit_type;type;billing_model;billing_period;invoice_cadence;currency;amount;divide_by;tier_mode;tiers;metadata.team;memo',
    'fee;pro;PLAN;FIAT;FIXED;FLAT_FEE;MONTHLY;ADVANCE;usd;10.50;;;;a;x',
    'pack;pro;PLAN;FIAT;FIXED;PACKAGE;MONTHLY;ARREAR;usd;5;10;;;;',
    'tiers;pro;PLAN;FIAT;FIXED;TIERED;MONTHLY;ARREAR;usd;;;SLAB;"[{""up_to"":10,""unit_amount"":""1""},{""unit_amount"":0.5}]";;',
    'comma;pro;PLAN;FIAT;FIXED;FLAT_FEE;MONTHLY;ADVANCE;usd;10,50;;;;;',
    'tenth;pro;PLAN;FIAT;FIXED;PACKAGE;MONTHLY;ARREAR;usd;5;0,1;;;;',
    'plan;basic;PLAN;FIAT;FIXED;FLAT_FEE;MONTHLY;ADVANCE;usd;10;;;;;',
    'case;pro;PLAN;FIAT;FIXED;FLAT_FEE;monthly;ADVANCE;USD;10;;;;;',
  ].join('\r\n')
  const dry = await imports.importFile(caller, file, { ...prices, dry_run: true })
  expect(dry).toMatchObject({ created_records: 3, failed_records: 4 })
  expect(await pricesOf(caller)).toEqual([])
  const task = await imports.importFile(caller, gzipSync(file), { ...prices, track_progress: true })
  expect(task).toMatchObject({ created_records: 3, failed_records: 4, unknown_columns: ['memo'] })
  expect(await rejectedRows(imports.gateway, caller, task.id)).toEqual([
    expect.stringMatching(
      /^5,amount,"must be a decimal number: .*, which is written with a point, not with a comma",/,
    ),
    expect.stringMatching(/^6,transform_quantity.divide_by,"must be a number, with a point and no comma",/),
    expect.stringMatching(/^7,plan_lookup_key,does not exist,/),
    // As at the door: a word of the API is written as the API writes it; a currency in either case.
    expect.stringMatching(/^8,billing_period,"must be one of MONTHLY, /),
  ])
  expect(await pricesOf(caller)).toMatchObject([
    { lookup_key: 'fee', metadata: { team: 'a' } },
    { divide_by: 10, round: 'up' },
    {
      tiers: [
        { up_to: 10, unit_amount: '1' },
        { up_to: null, unit_amount: '0.5' },
      ],
    },
  ])
})

test('a usage price may name its feature by the key in place of the meter; one that has none, or is not there, is refused', async () => {
  const { caller, planId } = await newPricedWorld(imports.gateway)
  const feature = await caller.create('/features', meteredFeatureBody({ lookup_key: 'calls' }))
  await caller.create('/features', { name: 'Support', type: 'boolean', lookup_key: 'support' })
  const usage = { type: 'USAGE', invoice_cadence: 'ARREAR', start_date }
  const named = (lookup_key: string, more: object) => priceBody(planId, { ...usage, lookup_key, ...more })
  const rows = [
    named('calls', { feature_lookup_key: 'calls' }),
    named('support', { feature_lookup_key: 'support' }),
    named('absent', { feature_lookup_key: 'nobody' }),
    named('both', { feature_lookup_key: 'calls', meter_id: feature.meter_id }),
    named('empty', { feature_lookup_key: '' }),
  ]
  const task = await imports.importFile(caller, lines(rows), ndjson)
  expect(task).toMatchObject({ created_records: 1, failed_records: 4 })
  const made = await caller.scoped.db.selectFrom('prices').select(['lookup_key', 'meter_id']).execute()
  expect(made).toEqual([{ lookup_key: 'calls', meter_id: feature.meter_id }])
  expect(
    (await rejectedRows(imports.gateway, caller, task.id)).map((row) => row.split(',').slice(0, 3)),
  ).toEqual([
    ['2', 'feature_lookup_key', 'is that of a feature without a meter'],
    ['3', 'feature_lookup_key', 'does not exist'],
    ['4', 'feature_lookup_key', 'must be left out beside meter_id'],
    ['5', 'feature_lookup_key', 'must be a text that is not empty'],
  ])
  expect(await imports.importFile(caller, lines(rows.slice(0, 1)), ndjson)).toMatchObject({
    ...{ created_records: 0, updated_records: 1, failed_records: 0 },
  })
})

test('two imports of one file at once, each in its order, make each price once; taken back, it can be imported again', async () => {
  const { caller, planId } = await newPricedWorld(imports.gateway)
  const rows = Array.from({ length: 40 }, (_, index) =>
    priceBody(planId, { start_date, lookup_key: `p${(index * 7) % 40}` }),
  )
  const tasks = await Promise.all(
    [rows, rows.toReversed()].map((some) => imports.importFile(caller, lines(some), ndjson)),
  )
  expect(tasks.map(({ task_status, successful_records }) => [task_status, successful_records])).toEqual([
    ['COMPLETED', 40],
    ['COMPLETED', 40],
  ])
  expect(await pricesOf(caller)).toHaveLength(40)
  const left = await newPricedWorld(imports.gateway)
  const there = rows.map((row) => ({ ...row, entity_id: left.planId }))
  const { id } = await imports.importFile(left.caller, lines(there), ndjson)
  const reverted = await left.caller.call('POST', `/tasks/${id}/revert`)
  expect(reverted.status).toBeLessThan(300)
  const { workflow_id } = z.object({ workflow_id: z.string() }).parse(reverted.body)
  await imports.gateway.temporal.workflowResult(left.caller.scoped.scope, workflow_id, { waitMs: 40_000 })
  expect(await imports.importFile(left.caller, lines(there), ndjson)).toMatchObject({ created_records: 40 })
})
