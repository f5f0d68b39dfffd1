import { priceBody } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { idless, refusalOf, throughFile, throughPost } from '../testing/both-doors.ts'
import { startImports } from '../testing/imports-under-test.ts'
import { usageOf } from '../testing/metered-feature.ts'
import { newPricedWorld, type PricedWorld, pricesOf } from '../testing/priced-world.ts'

const imports = await startImports(4)
afterAll(() => imports[Symbol.asyncDispose]())

const start_date = '2026-01-01T00:00:00Z'

/** As they are sent and as they stand in a file, good and bad; each of them for itself. */
function bodies({ planId, meterId, averageId, groupId, otherGroupId }: PricedWorld): readonly unknown[] {
  const body = (changes: object = {}) => priceBody(planId, { start_date, ...changes })
  const usage = (changes: object = {}) => body(usageOf(meterId, changes))
  const tiers = [
    { up_to: 10, unit_amount: '1' },
    { unit_amount: '0.5', flat_amount: 2 },
  ]
  return [
    body({
      lookup_key: 'fee',
      metadata: { team: 'a' },
      display_name: 'Fee',
      min_quantity: 2,
      group_id: groupId,
    }),
    body({ lookup_key: '', amount: 7, group_id: '' }),
    body({ start_date: undefined, end_date: '2999-01-01T00:00:00Z', currency: 'USD', trial_period_days: 7 }),
    body({ billing_model: 'PACKAGE', transform_quantity: { divide_by: 10, round: 'down' } }),
    body({ billing_model: 'TIERED', tier_mode: 'SLAB', tiers, amount: undefined }),
    usage({ bucket_size: 'DAY', filter_values: { region: ['eu'] } }),
    usage({ lookup_key: 'usage' }),
    usage({ filter_values: { region: ['mars'] } }),
    usage({ meter_id: averageId, bucket_size: 'DAY' }),
    usage({ meter_id: 'meter_none' }),
    usage({ meter_id: planId }),
    usage({ meter_id: undefined }),
    body({ meter_id: meterId }),
    body({ group_id: 'group_none' }),
    body({ group_id: otherGroupId }),
    body({ entity_id: 'plan_none' }),
    body({ entity_id: groupId }),
    body({ entity_type: 'ADDON' }),
    body({ price_unit_type: 'CUSTOM' }),
    body({ amount: '1,50' }),
    body({ amount: '1.234,50' }),
    body({ amount: '-1' }),
    body({ amount: '1e30' }),
    body({ amount: undefined }),
    body({ currency: 'zzz' }),
    body({ billing_model: 'PACKAGE' }),
    body({ billing_model: 'TIERED', tier_mode: 'SLAB', tiers: [], amount: undefined }),
    body({ billing_model: 'TIERED', tier_mode: 'SLAB', tiers }),
    body({ billing_period: 'FORTNIGHTLY' }),
    body({ billing_period_count: 0 }),
    body({ billing_period_count: '2' }),
    body({ min_quantity: 1.5 }),
    body({ start_date: '01.01.2026' }),
    body({ start_date: '2026-01-01' }),
    body({ end_date: '2025-01-01T00:00:00Z' }),
    body({ colour: 'red' }),
    {},
    [],
  ]
}

test('each price is taken, or refused for the same fields and reasons, as through POST /prices', async () => {
  const [direct, byFile] = [await newPricedWorld(imports.gateway), await newPricedWorld(imports.gateway)]
  const texts = (world: PricedWorld) => bodies(world).map((body) => JSON.stringify(body))
  const refused = await throughPost(imports, direct.caller, '/prices', texts(direct))
  const told = await throughFile(imports, byFile.caller, 'PRICES', texts(byFile))
  expect(idless(told)).toEqual(idless(refused))
  expect(refused.size).toBe(bodies(direct).length - 7)
  expect(await pricesOf(byFile.caller)).toEqual(await pricesOf(direct.caller))
})

/** One a row, in their order, for prices that are there before. */
function changes({
  groupId,
  otherGroupId,
}: PricedWorld): readonly { lookup_key: string; [field: string]: unknown }[] {
  return [
    { lookup_key: 'fee', display_name: 'Fee', metadata: { team: 'b' }, group_id: groupId },
    { lookup_key: 'fee', group_id: '' },
    { lookup_key: 'fee', group_id: otherGroupId },
    { lookup_key: 'fee', amount: '10.50' },
    { lookup_key: 'fee', amount: '12', description: 'More' },
    { lookup_key: 'fee', amount: '1,5' },
    { lookup_key: 'fee', amount: '-5' },
    { lookup_key: 'fee', effective_from: '2999-01-01T00:00:00Z' },
    { lookup_key: 'fee', amount: '13', effective_from: '2999-01-01T00:00:00Z' },
    { lookup_key: 'fee', amount: '14', effective_from: '2998-01-01T00:00:00Z' },
    { lookup_key: 'old', amount: '3', effective_from: '2020-01-01T00:00:00Z' },
    { lookup_key: 'old', effective_at: 'next_period' },
    { lookup_key: 'old', amount: '4', effective_at: 'next_month' },
    {
      lookup_key: 'old',
      amount: '4',
      effective_at: 'next_period',
      effective_from: '2999-01-01T00:00:00Z',
    },
    { lookup_key: 'old', amount: '4', effective_at: 'next_period' },
    { lookup_key: 'old', amount: '5' },
    { lookup_key: 'old', amount: '6', effective_at: 'next_period' },
    { lookup_key: 'once', amount: '6', effective_at: 'next_period' },
    { lookup_key: 'usage', bucket_size: 'DAY' },
    { lookup_key: 'usage', billing_model: 'TIERED', tier_mode: 'SLAB' },
    { lookup_key: 'usage', billing_model: 'TIERED', tier_mode: 'SLAB', tiers: [{ unit_amount: 1 }] },
    { lookup_key: 'usage', price_unit_amount: '1' },
  ]
}

async function addKnown({ caller, planId, meterId }: PricedWorld): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  for (const [key, body] of [
    ['fee', {}],
    ['old', {}],
    ['once', { billing_period: 'ONETIME' }],
    ['usage', usageOf(meterId)],
  ] as const) {
    ids.set(
      key,
      (await caller.create('/prices', priceBody(planId, { start_date, lookup_key: key, ...body }))).id,
    )
  }
  return ids
}

test('a price that is there is changed, or its row refused, as by its PUT: new money makes a successor', async () => {
  const [direct, byFile] = [await newPricedWorld(imports.gateway), await newPricedWorld(imports.gateway)]
  const ids = new Map(await addKnown(direct))
  await addKnown(byFile)
  const refused = new Map<number, readonly string[]>()
  for (const [index, { lookup_key, ...body }] of changes(direct).entries()) {
    const answer = await direct.caller.call('PUT', `/prices/${ids.get(lookup_key)}`, body)
    if (answer.status >= 400) refused.set(index + 1, refusalOf(answer.body))
    else ids.set(lookup_key, z.object({ id: z.string() }).parse(answer.body).id)
  }
  const told = await throughFile(
    imports,
    byFile.caller,
    'PRICES',
    changes(byFile).map((change) => JSON.stringify(change)),
  )
  expect(idless(told)).toEqual(idless(refused))
  expect(await pricesOf(byFile.caller)).toEqual(await pricesOf(direct.caller))
})
