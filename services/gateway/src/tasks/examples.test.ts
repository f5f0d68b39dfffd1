import { readFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { startImports } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())

test.each([
  ['customers.csv', 'CUSTOMERS', 'CSV', 2],
  ['events.csv', 'EVENTS', 'CSV', 3],
  ['events.ndjson', 'EVENTS', 'NDJSON', 2],
  ['features.csv', 'FEATURES', 'CSV', 4],
  ['features.ndjson', 'FEATURES', 'NDJSON', 2],
])('examples/%s works as it stands', async (name, entity_type, file_type, created_records) => {
  const caller = await imports.gateway.newCaller()
  const content = await readFile(new URL(`../../../../examples/${name}`, import.meta.url))
  expect(await imports.importFile(caller, content, { entity_type, file_type })).toMatchObject({
    task_status: 'COMPLETED',
    created_records,
    failed_records: 0,
    unknown_columns: [],
  })
})
