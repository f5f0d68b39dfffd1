import { createTestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

/** What has a row a run, an upload or a feature, and not a row a customer or more: a check may read all of it. */
const small = [
  ...['billing_runs', 'entitlements', 'environments', 'file_uploads', 'groups', 'import_tasks', 'meters'],
  'price_sync_runs',
]

interface Referenced {
  readonly table: string
  readonly columns: readonly string[]
}

test('a foreign key is checked by the primary key, also while statistics say that there is nothing', async () => {
  const owner = new pg.Client({ connectionString: stack.ownerUrl })
  await owner.connect()
  try {
    // As ANALYZE leaves them in the middle of a load: pages, and none of their rows to be seen.
    await owner.query(`select pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text,
      'relpages', 1000, 'reltuples', 0::real) from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')`)
    // The tables are empty: to read them whole would cost nothing.
    await owner.query('set enable_seqscan = off')
    const { rows } = await owner.query<Referenced>(`
      select distinct confrelid::regclass::text as table, (select array_agg(attname::text order by place)
        from unnest(confkey) with ordinality as key (number, place)
        join pg_attribute on attrelid = confrelid and attnum = number) as columns
      from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`)
    const grown = rows.filter(({ table }) => !small.includes(table))
    expect(grown.length).toBeGreaterThan(10)
    const used = await Promise.all(grown.map(async (one) => [one.table, await indexOfCheck(owner, one)]))
    expect(used).toEqual(grown.map(({ table }) => [table, `${table}_pkey`]))
  } finally {
    await owner.end()
  }
})

/** Of the query that PostgreSQL makes for each row that refers to the table. */
async function indexOfCheck(owner: pg.Client, { table, columns }: Referenced): Promise<unknown> {
  const found = columns.map((column, index) => `${column} = $${index + 1}`).join(' and ')
  const { rows } = await owner.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
    `explain (generic_plan, format json) select from only ${table} x where ${found} for key share of x`,
  )
  return rows[0]?.['QUERY PLAN'][0].Plan.Plans?.[0]?.['Index Name']
}

interface PlanNode {
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}
