import { newId } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { type Book, period } from '../calculate/book.ts'
import { cpuSeconds } from '../process-usage.ts'
import { takeNumbers } from './bare-rows.ts'

const ofCycles = "invoice_id in (select id from invoices where billing_reason = 'SUBSCRIPTION_CYCLE')"
/** What a run writes of each. */
const tables = [
  ['invoices', "billing_reason = 'SUBSCRIPTION_CYCLE'"],
  ['invoice_line_items', ofCycles],
  ['invoice_history', ofCycles],
] as const

/** As many as a page of the product bills. */
const invoicesPerPage = 500

/** A table's rows as the parameters of a bare INSERT, a page each. */
interface KeptTable {
  /** Of the prepared statement. */
  readonly name: string
  readonly insert: string
  /** The INSERT that takes them from where they are kept. */
  readonly copy: string
  readonly pages: readonly (readonly (string | null)[])[]
}

export type KeptRows = readonly KeptTable[]

/** The rows that a run of the product has written, ready to be written once more. */
export async function keepRows(stack: BenchStack, { subscriptions }: Book): Promise<KeptRows> {
  const pages = Math.ceil(subscriptions / invoicesPerPage)
  const kept: KeptTable[] = []
  for (const [table, written] of tables) {
    await stack.owner.query(`drop table if exists bench_${table}`)
    await stack.owner.query(
      `create unlogged table bench_${table} as
        select ntile(${pages}) over (order by id) as bench_page, * from ${table} where ${written} order by id`,
    )
    await stack.owner.query(`grant select on bench_${table} to public`)
    kept.push(await keepTable(stack, table))
  }
  return kept
}

async function keepTable({ owner }: BenchStack, table: string): Promise<KeptTable> {
  const columns = await columnsOf(owner, table)
  const into = columns.map(({ name }) => name).join(', ')
  const sent = columns.filter(({ isOne }) => !isOne)
  const values = columns.map(({ name, type, isOne }, index) =>
    isOne ? `$${index + 1}::${type}` : `sent.${name}::${type}`,
  )
  const sets = columns.flatMap(({ type, isOne }, index) => (isOne ? [] : [rowsOf(`$${index + 1}`, type)]))
  const { rows } = await owner.query<Record<string, string | null>>(
    `select ${columns.map((column) => `${kept(column)} as ${column.name}`).join(', ')} from bench_${table} group by bench_page order by bench_page`,
  )
  return {
    name: newId('invoice'),
    insert: `insert into ${table} (${into})
      select ${values.join(', ')} from rows from (${sets.join(', ')}) as sent (${sent.map(({ name }) => name).join(', ')})`,
    copy: `insert into ${table} (${into}) select ${into} from bench_${table}`,
    pages: rows.map((row) => Object.values(row)),
  }
}

interface Column {
  readonly name: string
  readonly type: string
  /** One value in all rows: it is sent once. */
  readonly isOne: boolean
}

async function columnsOf(owner: BenchStack['owner'], table: string): Promise<Column[]> {
  const { rows: columns } = await owner.query<{ name: string; type: string }>(
    `select quote_ident(attname) as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  )
  const counts = columns.map(({ name }) => `count(distinct coalesce(${name}::text, 'null')) as ${name}`)
  const { rows } = await owner.query<Record<string, string>>(
    `select ${counts.join(', ')} from bench_${table}`,
  )
  const [found] = rows
  assert(found, 'a select of aggregates has one row')
  const values = Object.values(found)
  return columns.map((column, index) => ({ ...column, isOne: values[index] === '1' }))
}

/** JSON comes as lines, which are cheaper to read than an array's quoted texts, or an array that is made of them. */
function rowsOf(parameter: string, type: string): string {
  return type === 'jsonb' ? `string_to_table(${parameter}, E'\\n')` : `unnest(${parameter}::${type}[])`
}

function kept({ name, type, isOne }: Column): string {
  if (isOne) return `min(${name}::text)`
  return type === 'jsonb'
    ? `string_agg(${name}::text, E'\\n' order by id)`
    : `array_agg(${name} order by id)::text`
}

/**
 * The floor of what is billing's own: bare, prepared statements get those very rows from outside, as they come from
 * whoever rates them, write them, and move the subscriptions on; in one transaction.
 *
 * @param how with `areCopied` the rows are taken from within the database instead, which nobody who rates them can do
 */
export async function writeSameRows(
  { app, postmasterPid, scoped }: BenchStack,
  { planId, subscriptions }: Book,
  rows: KeptRows,
  { areCopied = false } = {},
): Promise<{ wall_s: number; cpu_s: number }> {
  const before = cpuSeconds(postmasterPid)
  const sender = process.cpuUsage()
  const started = performance.now()
  await app.query('begin')
  for (const { name, insert: text, copy, pages } of rows) {
    if (areCopied) await app.query(copy)
    else for (const page of pages) await app.query({ name, text, values: [...page] })
  }
  await app.query(
    `update subscriptions set current_period_start = $2, current_period_end = $2::timestamptz + interval '1 month',
      next_billing_at = $2::timestamptz + interval '1 month', version = version + 1, updated_at = now()
    where plan_id = $1`,
    [planId, period.end],
  )
  await app.query(takeNumbers('select $1 as environment_id, $2::bigint as taken'), [
    scoped.scope.environmentId,
    subscriptions,
  ])
  await app.query('commit')
  return {
    wall_s: (performance.now() - started) / 1000,
    cpu_s: cpuSeconds(postmasterPid) - before + sent(process.cpuUsage(sender)),
  }
}

/** What sending costs counts on both sides. */
function sent({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000_000
}
