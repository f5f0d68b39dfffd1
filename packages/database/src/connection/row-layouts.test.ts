import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowLayouts } from './row-layouts.ts'

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

test('rows are read by their types, nulls and a name that stands twice too, before a statement has its name and after', async () => {
  const { db } = await databases.newTenant()
  const read = async (text: string | null) => {
    const { rows } =
      await sql`select ${text}::text as text, 9007199254740991::bigint as big, 1.10::numeric as decimal,
      true as yes, null::integer as none, '2026-03-01T00:00:00.123456Z'::timestamptz as instant, '{"a": [1]}'::jsonb as json,
      array['x', null] as list, '\\x00ff'::bytea as bytes, 1 as twice, null::integer as twice
      from generate_series(1, 2)`.execute(db)
    return rows
  }
  const row = (text: string | null) => ({
    text,
    big: 9007199254740991,
    decimal: '1.10',
    yes: true,
    none: null,
    instant: new Date('2026-03-01T00:00:00.123Z'),
    json: { a: [1] },
    list: ['x', null],
    bytes: Buffer.from([0, 255]),
    twice: null,
  })
  // It is named from its fifth use on.
  for (let use = 0; use < 8; use++) {
    const text = use % 2 === 0 ? null : `"${use}"`
    expect(await read(text)).toEqual([row(text), row(text)])
  }
})

test('a row is an object of its own', async () => {
  const { db } = await databases.newTenant()
  const { rows } = await sql<{
    n: number
    other: string | null
  }>`select n, null as other from generate_series(1, 3) n
    where n > ${0}::integer order by n`.execute(db)
  const [first] = rows
  if (first) first.other = 'changed'
  expect(rows).toEqual([
    { n: 1, other: 'changed' },
    { n: 2, other: null },
    { n: 3, other: null },
  ])
})

test('a statement whose columns have become others is read by these', () => {
  const layouts = createRowLayouts(pg.types)
  const field = (name: string, dataTypeID: number): pg.FieldDef => ({
    ...{ name, dataTypeID, tableID: 0, columnID: 0 },
    ...{ dataTypeSize: 0, dataTypeModifier: 0, format: 'text' },
  })
  const [integer, text] = [23, 25]
  const first = layouts.of('s', [field('a', integer), field('b', text)])
  expect(layouts.of('s', [field('a', integer), field('b', text)])).toBe(first)
  const others = [
    [field('a', integer)],
    [field('a', integer), field('c', text)],
    [field('a', text), field('b', text)],
    [field('a', integer), field('b', text), field('c', text)],
  ]
  for (const fields of others) {
    const layout = layouts.of('s', fields)
    expect(layout.fields).toEqual(fields)
    expect(layout.empty).toEqual(Object.fromEntries(fields.map(({ name }) => [name, null])))
  }
  expect(layouts.of(undefined, [field('a', integer), field('b', text)])).toBe(first)
})
