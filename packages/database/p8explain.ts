import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { planScans } from './src/usage-scans.ts'
import { usageStatement } from './src/usage-statement.ts'

const u = new URL(process.env.P8 ?? '')
u.username = 'p8app'
u.password = 'x'
const kinds = { api_calls: 'COUNT', storage: 'SUM', peak: 'MAX', users: 'COUNT_UNIQUE', seats: 'LATEST' }
const q = (n, names = Object.keys(kinds)) =>
  Array.from({ length: n }, (_, i) =>
    names.map((eventName) => ({
      externalCustomerId: 'customer-' + String(i).padStart(6, '0'),
      measure: {
        eventName,
        aggregation: kinds[eventName],
        field: kinds[eventName] === 'COUNT' ? null : eventName === 'users' ? 'user_id' : 'value',
        multiplier: null,
        filters: [],
        groupBy: null,
      },
      spans: [
        { start: new Date('2026-03-01T00:00:00Z'), end: new Date('2026-04-01T00:00:00Z'), stepMs: null },
      ],
      wholeMs: null,
    })),
  ).flat()
const pool = new pg.Pool({ connectionString: u.href, max: 1 })
const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
const c = await pool.connect()
await c.query("select set_config('app.environment_id','env_1',false)")
for (const s of (process.env.SETS ?? '').split(';').filter(Boolean)) await c.query(s)
const names = process.env.NAMES?.split(',')
for (const n of process.argv.slice(2).map(Number)) {
  const { scans } = planScans(q(n, names))
  const { sql, parameters } = usageStatement(scans, { rowsMax: 1000001, seenBy: null }).compile(db)
  if (process.env.PRINT) console.log(sql)
  const r = await c.query('explain (analyze, buffers, costs) ' + sql, [...parameters])
  console.log(r.rows.map((x) => x['QUERY PLAN'].slice(0, 230)).join('\n'))
}
c.release()
await pool.end()
