import { newId } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import pg from 'pg'
import type { BenchStack } from '../bench-stack.ts'
import { type Book, period } from '../calculate/book.ts'
import { cpuSeconds } from '../process-usage.ts'
import { bareRows, takeNumbers } from './bare-rows.ts'

const connections = 8

/** P6's second floor: a transaction a subscription of bare, prepared statements, at eight connections. */
export async function rowByRow(
  stack: BenchStack,
  book: Book,
  subscriptionIds: readonly string[],
): Promise<{ wall_s: number; cpu_s: number }> {
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(stack)))
  const queue = subscriptionIds.values()
  const before = cpuSeconds(stack.postmasterPid)
  const started = performance.now()
  await Promise.all(
    clients.map(async (client) => {
      for (const id of queue) await billOne(client, book, id)
    }),
  )
  const wall_s = (performance.now() - started) / 1000
  const cpu_s = cpuSeconds(stack.postmasterPid) - before
  await Promise.all(clients.map((client) => client.end()))
  return { wall_s, cpu_s }
}

async function connect({ databaseUrl, scoped: { scope } }: BenchStack): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    "select set_config('app.tenant_id', $1, false), set_config('app.environment_id', $2, false)",
    [scope.tenantId, scope.environmentId],
  )
  return client
}

const rows = bareRows({ one: true })
const number = takeNumbers('select $1 as environment_id, 1 as taken')

async function billOne(client: pg.Client, { planId, prices }: Book, id: string): Promise<void> {
  const head = newId('invoice').slice(-18)
  await client.query('begin')
  const { rows: held } = await client.query<{ environment_id: string; external_id: string }>({
    name: 'hold',
    text: `select s.environment_id, c.external_id from subscriptions s
      join customers c on c.environment_id = s.environment_id and c.id = s.customer_id
      where s.id = $1 and s.next_billing_at <= $2 for update of s`,
    values: [id, period.end],
  })
  const [due] = held
  assert(due, 'the subscription is due')
  await client.query({
    name: 'write',
    text: rows,
    values: [head, planId, period.start, period.end, prices.calls, prices.bytes, id, due.external_id],
  })
  const taken = await client.query<{ last_number: string }>({
    name: 'number',
    text: number,
    values: [due.environment_id],
  })
  await client.query({
    name: 'close',
    text: `with closed as (
        update invoices set invoice_status = 'FINALIZED', finalized_at = now(), issue_date = now(),
          invoice_number = to_char(now(), '"INV-"YYYYMM-') || lpad($3, 6, '0')
        where environment_id = $1 and id = $2 returning environment_id, id)
      insert into invoice_history (id, environment_id, invoice_id, field, from_value, to_value, changed_at, changed_by)
      select 'invch_' || id, environment_id, id, 'invoice_status', 'DRAFT', 'FINALIZED', now(), 'bench' from closed`,
    values: [due.environment_id, `inv_${head}00000001`, taken.rows[0]?.last_number],
  })
  await client.query('commit')
}
