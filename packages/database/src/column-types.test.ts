import { createTestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { columnTypes } from './column-types.ts'

test('a name means its type in every table', async () => {
  await using stack = await createTestDatabase()
  const columns = await liveColumns(stack.ownerUrl)
  expect(columns.length).toBeGreaterThan(columnTypes.size)
  const foreign = columns.filter(({ name, type }) => (columnTypes.get(name) ?? type) !== type)
  expect(foreign).toEqual([])
})

async function liveColumns(
  ownerUrl: string,
): Promise<{ table: string; name: string; type: string | undefined }[]> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    // What is JSON may be cast to jsonb: the one is assigned to the other.
    const { rows } = await client.query(
      `select table_name as table, column_name as name, case data_type when 'json' then 'jsonb'
         when 'timestamp with time zone' then 'timestamptz' else data_type end as type
       from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`,
    )
    return rows
  } finally {
    await client.end()
  }
}
