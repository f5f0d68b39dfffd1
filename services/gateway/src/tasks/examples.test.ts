import { readFile } from 'node:fs/promises'
import { priceBody } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { startImports } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())

test.each([
  ['customers.csv', 'CUSTOMERS', 'CSV', 2],
  ['events.csv', 'EVENTS', 'CSV', 3],
  ['events.ndjson', 'EVENTS', 'NDJSON', 2],
  ['features.csv', 'FEATURES', 'CSV', 4],
  ['features.ndjson', 'FEATURES', 'NDJSON', 2],
  ['prices.csv', 'PRICES', 'CSV', 3],
  ['prices.ndjson', 'PRICES', 'NDJSON', 1],
  ['subscriptions.csv', 'SUBSCRIPTIONS', 'CSV', 2],
  ['subscriptions.ndjson', 'SUBSCRIPTIONS', 'NDJSON', 2],
])('examples/%s works as it stands', async (name, entity_type, file_type, created_records) => {
  const caller = await newDemo()
  if (entity_type === 'SUBSCRIPTIONS') await addCustomers(caller)
  const content = await readExample(name)
  expect(await imports.importFile(caller, content, { entity_type, file_type })).toMatchObject({
    task_status: 'COMPLETED',
    created_records,
    failed_records: 0,
    unknown_columns: [],
  })
})

/** What `npm run up` makes that files name. */
async function newDemo(): Promise<Caller> {
  const caller = await imports.gateway.newCaller()
  const plan = await caller.create('/plans', { name: 'Demo', lookup_key: 'demo' })
  await caller.create('/prices', priceBody(plan.id, { start_date: '2020-01-01T00:00:00Z' }))
  return caller
}

async function addCustomers(caller: Caller): Promise<void> {
  const customers = { entity_type: 'CUSTOMERS', file_type: 'CSV' }
  await imports.importFile(caller, await readExample('customers.csv'), customers)
}

function readExample(name: string): Promise<Buffer> {
  return readFile(new URL(`../../../../examples/${name}`, import.meta.url))
}
