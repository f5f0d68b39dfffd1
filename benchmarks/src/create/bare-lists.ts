import type { BenchStack } from '../bench-stack.ts'
import { cpuSeconds } from '../process-usage.ts'

/**
 * The floor of lists: the rows that are there, once more by one `INSERT … SELECT` a table in one transaction,
 * under the product's role. Ids are theirs with another first digit, so that they refer to each other alike.
 */
export async function copyCreations(stack: BenchStack): Promise<{ wall_s: number; cpu_s: number }> {
  const statements = await Promise.all(tables.map((table) => copyStatement(stack, table)))
  const before = cpuSeconds(stack.postmasterPid)
  const started = performance.now()
  await stack.app.query('begin')
  for (const statement of statements) await stack.app.query(statement)
  await stack.app.query('commit')
  const wall_s = (performance.now() - started) / 1000
  return { wall_s, cpu_s: cpuSeconds(stack.postmasterPid) - before }
}

const tables = [
  'subscriptions',
  'subscription_line_items',
  'invoices',
  'invoice_line_items',
  'invoice_history',
] as const

/** Columns that name rows of these tables. */
const references = new Set([
  'id',
  'subscription_id',
  'subscription_line_item_id',
  'invoice_id',
  'invoice_line_item_id',
])
const uniqueTexts = new Set(['idempotency_key', 'invoice_number'])

async function copyStatement(stack: BenchStack, table: string): Promise<string> {
  const { rows } = await stack.owner.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  )
  const columns = rows.map(({ name }) => name)
  const values = columns.map((name) => {
    if (references.has(name)) return `overlay(${name} placing '7' from position('_' in ${name}) + 1 for 1)`
    return uniqueTexts.has(name) ? `${name} || '-copy'` : name
  })
  return `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${table} order by id`
}
