import { createTestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { columnTypes } from './column-types.ts'

test('a name means its type in every table', async () => {
  await using stack = await createTestDatabase()
  const columns = await liveColumns(stack.ownerUrl)
  expect(columns.length).toBeGreaterThan(columnTypes.size)
  const foreign = columns.filter(({ name, type }) => kindOf(columnTypes.get(name) ?? type) !== kindOf(type))
  expect(foreign).toEqual([])
})

/** The one kind of JSON is assigned to the other. */
function kindOf(type: string): string {
  return type === 'jsonb' ? 'json' : type
}

async function liveColumns(ownerUrl: string): Promise<{ table: string; name: string; type: string }[]> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select table_name as table, column_name as name,
         case data_type when 'timestamp with time zone' then 'timestamptz' else data_type end as type
       from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`,
    )
    return rows
  } finally {
    await client.end()
  }
}
