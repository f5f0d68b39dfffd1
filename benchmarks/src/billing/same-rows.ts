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

/** Keeps the rows that a run of the product has written. */
export async function keepRows({ owner }: BenchStack): Promise<void> {
  for (const [table, written] of tables) {
    await owner.query(`drop table if exists bench_${table}`)
    await owner.query(
      `create unlogged table bench_${table} as select * from ${table} where ${written} order by id`,
    )
    await owner.query(`grant select on bench_${table} to public`)
  }
}

/** The floor of what is billing's own: bare statements write those very rows and move the subscriptions on. */
export async function writeSameRows(
  stack: BenchStack,
  { planId }: Book,
): Promise<{ wall_s: number; cpu_s: number }> {
  const { app, owner, scoped } = stack
  const inserts = []
  for (const [table] of tables) {
    const { rows } = await owner.query<{ names: string }>(
      `select string_agg(quote_ident(attname), ', ' order by attnum) as names from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    )
    const names = rows[0]?.names
    inserts.push(`insert into ${table} (${names}) select ${names} from bench_${table}`)
  }
  const before = cpuSeconds(stack.postmasterPid)
  const started = performance.now()
  await app.query('begin')
  for (const insert of inserts) await app.query(insert)
  await app.query(
    `update subscriptions set current_period_start = $2, current_period_end = $2::timestamptz + interval '1 month',
      next_billing_at = $2::timestamptz + interval '1 month', version = version + 1, updated_at = now()
    where plan_id = $1`,
    [planId, period.end],
  )
  await app.query(takeNumbers('select $1 as environment_id, count(*) as taken from bench_invoices'), [
    scoped.scope.environmentId,
  ])
  await app.query('commit')
  return {
    wall_s: (performance.now() - started) / 1000,
    cpu_s: cpuSeconds(stack.postmasterPid) - before,
  }
}
