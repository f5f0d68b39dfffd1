import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { startImports } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())
let caller: Caller
beforeAll(async () => {
  caller = await imports.gateway.newCaller()
})

const columns = {
  EVENTS: 'event_name,external_customer_id,timestamp',
  CUSTOMERS: 'external_id,name,email',
  FEATURES: 'name,type,lookup_key',
  PRICES: 'lookup_key,currency,amount',
  SUBSCRIPTIONS: 'lookup_key,currency,billing_period',
} as const
const entities = ['EVENTS', 'CUSTOMERS', 'FEATURES', 'PRICES', 'SUBSCRIPTIONS'] as const

/** A file of an entity, and what its task says of it. */
const bad: readonly [string, (header: string) => string | Buffer, RegExp, object?][] = [
  ['that is empty', () => '', /^The file is empty$/],
  ['of a header alone', (header) => `${header}\n`, /^The file has no rows$/],
  ['of an empty list', () => '[]', /^The file has no rows$/, { file_type: 'JSON' }],
  ['of JSON behind the name of CSV', () => '[{"a":1}]', /it looks like JSON$/],
  ['of CSV behind the name of JSON', (header) => `${header}\na,b,c\n`, /JSON/, { file_type: 'JSON' }],
  ['that is binary', () => Buffer.from([0, 1, 2, 3]), /is no text in UTF-8/],
  ['in UTF-16', (header) => Buffer.from(`\uFEFF${header}\na,b,c\n`, 'utf16le'), /UTF-/],
  [
    'with a column twice',
    (header) => `${header},${header.split(',')[0]?.toUpperCase()}\na,b,c,d\n`,
    /stands twice in the header/,
  ],
  ['with a quote that is never closed', (header) => `${header}\n"a,b,c\n`, /quote/],
  ['of gzip that is cut off', (header) => gzipSync(`${header}\na,b,c\n`).subarray(0, 20), /gzip|end/i],
  [
    'of gzip that expands beyond measure',
    (header) => gzipSync(`${header}\n${'x'.repeat(70_000_000)}`),
    /^The gzip file expands to more than 200 times its size$/,
  ],
  [
    'of bad rows alone',
    (header) => `${header}\na,b,c\nd,e,f\n`,
    /^None of the 2 rows can be imported: row 2: /,
  ],
  ['of columns that mean nothing', () => 'x,y\n1,2\n', /^None of the 1 rows|has no column/],
]

const cases = entities.flatMap((entity) =>
  bad.map(([what, content, reason, task]) => ({ entity, what, content, reason, task })),
)

test.each(cases)(
  'a file of $entity $what fails with its reason, and nothing is half done',
  async ({ entity: entity_type, content, reason, task }) => {
    const file = content(columns[entity_type])
    const ended = await imports.importFile(caller, file, { entity_type, ...task })
    expect(ended).toMatchObject({
      task_status: 'FAILED',
      successful_records: 0,
      error_summary: expect.stringMatching(reason),
    })
    const { db } = caller.scoped
    const tables = ['customers', 'features', 'prices', 'subscriptions'] as const
    const rows = await Promise.all(tables.map((table) => db.selectFrom(table).select('id').execute()))
    const events = await db.selectFrom('events').select('event_id').execute()
    expect([...rows.flat(), ...events]).toEqual([])
  },
)
