import { aggregateUsage, createDatabase } from '@flexprice/database'

const u = new URL(process.env.P8 ?? '')
u.username = 'p8app'
u.password = 'x'
const db = createDatabase({ url: u.href, applicationName: 'try', poolSizeMax: 2, statementTimeoutMs: 300000 })
const scoped = db.scoped({ tenantId: 't', environmentId: 'env_1', userId: 'u', requestId: 'r' })
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
  )
for (const n of process.argv.slice(2).map(Number)) {
  const t = performance.now()
  const c = process.cpuUsage()
  const a = await aggregateUsage(scoped, q(n).flat())
  const d = process.cpuUsage(c)
  console.log(
    n,
    (performance.now() - t).toFixed(0),
    'ms node cpu',
    ((d.user + d.system) / 1000).toFixed(0),
    a.reduce((s, x) => s + (x.parts[0]?.eventCount ?? 0), 0),
  )
}
await db[Symbol.asyncDispose]()
