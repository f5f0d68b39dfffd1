import { priceBody } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'
import { meteredFeatureBody } from '../testing/metered-feature.ts'
import { newPricedWorld } from '../testing/priced-world.ts'

const imports = await startImports(4)
afterAll(() => imports[Symbol.asyncDispose]())

/** Imports rows, and answers how many records were changed, and why which rows were not: number, field, reason. */
async function changedBy(caller: Caller, entity_type: string, rows: readonly object[]) {
  const file = rows.map((row) => JSON.stringify(row)).join('\n')
  const task = await imports.importFile(caller, file, { entity_type, file_type: 'NDJSON' })
  const rejected = await rejectedRows(imports.gateway, caller, task.id)
  const { created_records, updated_records } = task
  return {
    created_records,
    updated_records,
    rejected: rejected.map((row) => row.split(',').slice(0, 3).join(' ')),
  }
}

test('a customer is changed by its id as by its PUT; its external id stays, and none is made', async () => {
  const caller = await imports.gateway.newCaller()
  const other = await imports.gateway.newCaller()
  const ada = await caller.create('/customers', { external_id: 'ada', name: 'Ada', email: 'ada@a.example' })
  const foreign = await other.create('/customers', { external_id: 'eve', name: 'Eve' })
  const rows = [
    { id: ada.id, name: 'Ada L.' },
    { external_id: 'ada', metadata: { team: 'a' } },
    { id: ada.id, external_id: 'lovelace' },
    { id: foreign.id, name: 'Taken' },
    { id: 'cust_nobody', external_id: 'nobody', name: 'Nobody' },
    { id: ada.id, email: 'no address' },
  ]
  expect(await changedBy(caller, 'CUSTOMERS', rows)).toEqual({
    created_records: 0,
    updated_records: 2,
    rejected: [
      `3 external_id cannot change: it is ada of customer ${ada.id}`,
      '4 id does not exist',
      '5 id does not exist',
      '6 email must be an e-mail address',
    ],
  })
  expect((await caller.call('GET', `/customers/${ada.id}`)).body).toMatchObject({
    ...{ external_id: 'ada', name: 'Ada L.', email: 'ada@a.example', metadata: { team: 'a' } },
  })
  expect((await other.call('GET', `/customers/${foreign.id}`)).body).toMatchObject({ name: 'Eve' })
  const csv = await imports.importFile(caller, `ID,Name\n${ada.id},Ada K.\n`, { entity_type: 'CUSTOMERS' })
  expect(csv).toMatchObject({ updated_records: 1, failed_records: 0 })
  expect((await caller.call('GET', `/customers/${ada.id}`)).body).toMatchObject({ name: 'Ada K.' })
})

test('a feature is changed by its id, with a lookup key or without one', async () => {
  const caller = await imports.gateway.newCaller()
  const plain = await caller.create('/features', meteredFeatureBody({ name: 'Plain' }))
  const keyed = await caller.create('/features', meteredFeatureBody({ name: 'Keyed', lookup_key: 'keyed' }))
  const rows = [
    { id: plain.id, description: 'by id' },
    { id: keyed.id, lookup_key: 'keyed', description: 'by both' },
    { lookup_key: 'keyed', name: 'By key' },
    { id: plain.id, lookup_key: 'new', description: 'x' },
    { id: 'feat_nobody', name: 'Nobody', type: 'boolean' },
    { id: plain.id, name: 'Plain', type: 'boolean' },
  ]
  expect(await changedBy(caller, 'FEATURES', rows)).toEqual({
    created_records: 0,
    updated_records: 3,
    rejected: [
      `4 lookup_key cannot change: it is none of feature ${plain.id}`,
      '5 id does not exist',
      `6 type cannot change: it is metered of feature ${plain.id}`,
    ],
  })
  expect((await caller.call('GET', `/features/${plain.id}`)).body).toMatchObject({ description: 'by id' })
  expect((await caller.call('GET', `/features/${keyed.id}`)).body).toMatchObject({
    ...{ description: 'by both', name: 'By key' },
  })
})

test('a price has new money by its id, once: then it is its successor that changes, as for its PUT', async () => {
  const { caller, planId } = await newPricedWorld(imports.gateway)
  const price = await caller.create(
    '/prices',
    priceBody(planId, { amount: '10', start_date: '2026-01-01T00:00:00Z' }),
  )
  const rows = [
    { id: price.id, description: 'text' },
    { id: price.id, amount: '20' },
    { id: price.id, amount: '30' },
    { id: 'price_nobody', amount: '1' },
    { id: price.id, lookup_key: 'new', description: 'x' },
  ]
  const changed = await changedBy(caller, 'PRICES', rows)
  const refused = await caller.call('PUT', `/prices/${price.id}`, { amount: '30' })
  expect(refused.status).toBeGreaterThanOrEqual(400)
  expect(changed).toMatchObject({ created_records: 0, updated_records: 2 })
  expect(changed.rejected).toEqual([
    expect.stringMatching(/^3 /),
    '4 id does not exist',
    `5 lookup_key cannot change: it is none of price ${price.id}`,
  ])
  const now = await caller.scoped.db
    .selectFrom('prices')
    .select(['amount', 'description'])
    .orderBy('start_date')
    .execute()
  expect(now.map(({ amount, description }) => [Number(amount), description])).toEqual([
    [10, 'text'],
    [20, 'text'],
  ])
})
