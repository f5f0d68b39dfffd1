import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())
let caller: Caller
beforeAll(async () => {
  caller = await imports.gateway.newCaller()
})

function eventsOf({ scoped }: Caller) {
  return scoped.db
    .selectFrom('events')
    .select([
      'event_id',
      'event_name',
      'external_customer_id',
      'customer_id',
      'source',
      'timestamp',
      'properties',
    ])
    .orderBy('event_id')
    .execute()
}

describe('usage events of a file', () => {
  test('are those that its rows say, whatever the header calls its columns', async () => {
    const file = [
      '\uFEFFTimestamp;EventName;External Customer ID;properties.bytes;Properties;event_id;memo',
      '2026-03-15T12:00:00Z;call;ada;100;"{""region"":""eu"",""n"":0.10000000000000000001}";e1;x',
      '2026-03-15T12:00:00+02:00;call;"grace; h";;;e2;',
    ].join('\r\n')
    const task = await imports.importFile(caller, file)
    expect(task).toMatchObject({
      task_status: 'COMPLETED',
      total_records: 2,
      successful_records: 2,
      created_records: 2,
      failed_records: 0,
      unknown_columns: ['memo'],
    })
    expect(await eventsOf(caller)).toMatchObject([
      {
        event_id: 'e1',
        event_name: 'call',
        external_customer_id: 'ada',
        properties: { bytes: '100', region: 'eu' },
      },
      {
        event_id: 'e2',
        external_customer_id: 'grace; h',
        timestamp: new Date('2026-03-15T10:00:00Z'),
        properties: {},
      },
    ])
  })

  test.each(['CSV', 'JSON', 'NDJSON'])(
    'count once when a %s file with their ids is imported twice',
    async (type) => {
      const own = await imports.gateway.newCaller()
      const rows = Array.from({ length: 10 }, (_, index) => ({
        event_id: `e${index % 9}`,
        event_name: 'call',
        external_customer_id: 'ada',
      }))
      const texts: Record<string, string> = {
        CSV: `event_id,event_name,external_customer_id\n${rows.map((row) => `${Object.values(row).join()}\n`).join('')}`,
        JSON: JSON.stringify(rows),
        NDJSON: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      }
      const file = gzipSync(texts[type] ?? '')
      const first = await imports.importFile(own, file, { file_type: type, track_progress: true })
      expect(first).toMatchObject({ processed_records: 10, created_records: 9, duplicate_records: 1 })
      const second = await imports.importFile(own, file, { file_type: type })
      expect(second).toMatchObject({ task_status: 'COMPLETED', created_records: 0, duplicate_records: 10 })
      expect([first, second]).toMatchObject([{ conflict_records: 0 }, { conflict_records: 0 }])
      expect(await eventsOf(own)).toHaveLength(9)
    },
  )

  test('whose ids are there with another content are counted as conflicts, and listed', async () => {
    const own = await imports.gateway.newCaller()
    const file = ['event_id,event_name,external_customer_id', 'e1,call,ada', 'e1,call,bob', 'e1,call,ada', '']
    const imported = await imports.importFile(own, Buffer.from(file.join('\n')))
    expect(imported).toMatchObject({ created_records: 1, duplicate_records: 2, conflict_records: 1 })
    expect(await own.call('GET', '/events/conflicts')).toMatchObject({
      body: { items: [{ event_id: 'e1', differs: ['external_customer_id'] }] },
    })
  })

  test('that are bad are told by their numbers and fields, and stop no other', async () => {
    const own = await imports.gateway.newCaller()
    const file = [
      'event_name,external_customer_id,timestamp,properties',
      'call,ada,2026-03-15T12:00:00Z,',
      'call,ada,15.03.2026,',
      'call,ada,2026/03/15 12:00,',
      ',ada,,{',
      'call,ada,2999-01-01T00:00:00Z,',
      'call,ada',
      'call,ada,,"{""__proto__"":1}"',
      'call,ada,,',
    ].join('\n')
    const task = await imports.importFile(own, file)
    expect(task).toMatchObject({
      task_status: 'COMPLETED',
      processed_records: 8,
      successful_records: 2,
      failed_records: 6,
    })
    const notInstant =
      'timestamp,"must be an RFC 3339 instant with its zone between the years 1970 and 9999, as 2026-03-15T12:00:00Z"'
    expect(await rejectedRows(imports.gateway, own, task.id)).toEqual([
      `3,${notInstant},"call,ada,15.03.2026,"`,
      `4,${notInstant},"call,ada,2026/03/15 12:00,"`,
      '5,properties,"is not JSON, or has a name that is not allowed",",ada,,{"',
      '6,timestamp,is more than a day ahead of now,"call,ada,2999-01-01T00:00:00Z,"',
      '7,,"has 2 cells, the header has 4","call,ada"',
      '8,properties,"is not JSON, or has a name that is not allowed","call,ada,,""{""""__proto__"""":1}"""',
    ])
  })

  test('of nothing but unknown fields, whose names cannot be stored either, are told in few words', async () => {
    const own = await imports.gateway.newCaller()
    const odd = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`\u0000${'x'.repeat(900)}${index}`, 1]),
    )
    const good = { event_name: 'call', external_customer_id: 'ada' }
    const file = [{ ...good, ...odd }, good].map((row) => JSON.stringify(row)).join('\n')
    const task = await imports.importFile(own, file, { file_type: 'NDJSON' })
    expect(task).toMatchObject({ task_status: 'COMPLETED', successful_records: 1, failed_records: 1 })
    expect(await rejectedRows(imports.gateway, own, task.id)).toHaveLength(20)
  })

  test('are only counted by a dry run', async () => {
    const own = await imports.gateway.newCaller()
    const file = 'event_name,external_customer_id\ncall,ada\n,ada\ncall,bob\n'
    const task = await imports.importFile(own, file, { dry_run: true })
    expect(task).toMatchObject({ task_status: 'COMPLETED', created_records: 2, failed_records: 1 })
    expect(await eventsOf(own)).toEqual([])
  })
})

describe('a file that cannot be imported says why on its task, and nothing is half done', () => {
  test.each([
    ['empty', '', 'The file is empty'],
    ['a header alone', 'event_name,external_customer_id\n', 'The file has no rows'],
    ['of another kind', '[{}]', 'The file begins with [ and is no CSV: CSV has a header; it looks like JSON'],
    ['binary', '\u0000\u0001', 'The file is no text in UTF-8: byte 1 is NUL'],
    [
      'without a column that is needed',
      'event_name,x\na,b\n',
      'external_customer_id: has no column; there are event_name, x',
    ],
    [
      'with a column twice',
      'event_name,EventName,external_customer_id\na,b,c\n',
      'event_name: stands twice in the header: event_name, EventName',
    ],
    [
      'of bad rows alone',
      'event_name,external_customer_id\na,\nb,\n',
      'None of the 2 rows can be imported: row 2: external_customer_id is required',
    ],
  ])('%s', async (_, content, error_summary) => {
    const own = await imports.gateway.newCaller()
    const task = await imports.importFile(own, content)
    expect(task).toMatchObject({ task_status: 'FAILED', error_summary, successful_records: 0 })
    expect(task.failed_at).toBeDefined()
    expect(await eventsOf(own)).toEqual([])
  })
})
