// The floors of P9: a Fastify server without our code, as a process of its own. It prints its port.
import Fastify from 'fastify'
import pg from 'pg'

interface Sent {
  readonly event_id: string
  readonly event_name: string
  readonly external_customer_id: string
  readonly timestamp: string
  readonly properties: object
}

const [databaseUrl = '', environmentId = '', tenantId = ''] = process.argv.slice(2)
const poolSizeMax = 10
const gatherMs = 2
const inFlightMax = 2
const batchMax = 1_000

// The same row security as the product's, set once: a bare route has one caller only.
const options = `-c app.tenant_id=${tenantId} -c app.environment_id=${environmentId}`
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSizeMax, options })
const app = Fastify({ logger: false, bodyLimit: 32 * 1024 * 1024 })

// As the product must: texts that can be stored, instants, no field that is unknown.
const named = { type: 'string', minLength: 1, maxLength: 255 }
const single = {
  type: 'object',
  required: ['event_id', 'event_name', 'external_customer_id', 'timestamp', 'properties'],
  additionalProperties: false,
  properties: {
    event_id: named,
    event_name: named,
    external_customer_id: named,
    timestamp: { type: 'string', format: 'date-time' },
    properties: { type: 'object', additionalProperties: { type: 'string' } },
  },
}
const bulk = {
  type: 'object',
  required: ['events'],
  additionalProperties: false,
  properties: { events: { type: 'array', minItems: 1, maxItems: 1_000, items: single } },
}

const event = `unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[]) as event (i, n, c, t, p)`
const insert = {
  name: 'insert',
  text: `with incoming as materialized (select event_key($1, i) as key, i, n, c, t, p from ${event}
    ), fresh as (
      insert into event_ids (environment_id, event_key, external_customer_id, event_name, timestamp)
      select $1, key, c, n, t from incoming order by key on conflict do nothing returning event_key
    )
    insert into events (environment_id, event_id, event_name, external_customer_id, timestamp, properties, ingested_at)
    select $1, i, n, c, t, p, now() from incoming join fresh on event_key = key`,
}
/** What was there already with another content, which the product must tell, too. */
const conflicts = {
  name: 'conflicts',
  text: `select count(*)::int as n from ${event} join event_ids known on known.event_key = event_key($1, i)
    left join lateral (select properties from events e where e.external_customer_id = known.external_customer_id
      and e.event_name = known.event_name and e.timestamp = known.timestamp and e.event_id = i limit 1) kept on true
    where n <> known.event_name or c <> known.external_customer_id or t <> known.timestamp or p::text <> kept.properties::text`,
}

async function write(events: readonly Sent[]): Promise<{ duplicates: number; conflicts: number }> {
  const values = [
    environmentId,
    events.map((event) => event.event_id),
    events.map((event) => event.event_name),
    events.map((event) => event.external_customer_id),
    events.map((event) => event.timestamp),
    events.map((event) => JSON.stringify(event.properties)),
  ]
  const { rowCount } = await pool.query({ ...insert, values })
  const duplicates = events.length - (rowCount ?? 0)
  if (duplicates === 0) return { duplicates, conflicts: 0 }
  const { rows } = await pool.query<{ n: number }>({ ...conflicts, values })
  return { duplicates, conflicts: rows[0]?.n ?? 0 }
}

interface Waiting {
  readonly event: Sent
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}
const waiting: Waiting[] = []
let timer: NodeJS.Timeout | undefined
let inFlight = 0

function flush(): void {
  timer = undefined
  while (waiting.length > 0 && inFlight < inFlightMax) {
    const batch = waiting.splice(0, batchMax)
    inFlight++
    write(batch.map(({ event }) => event))
      .then(
        () => {
          for (const { resolve } of batch) resolve()
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error)
        },
      )
      .finally(() => {
        inFlight--
        flush()
      })
  }
}

app.post<{ Body: { events: Sent[] } }>('/bulk', { schema: { body: bulk } }, async ({ body }, reply) => {
  return reply.code(202).send({ message: 'ok', ...(await write(body.events)) })
})
app.post<{ Body: Sent }>('/single', { schema: { body: single } }, async ({ body }, reply) => {
  return reply.code(202).send({ message: 'ok', event_id: body.event_id, ...(await write([body])) })
})
app.post<{ Body: Sent }>('/gathered', { schema: { body: single } }, async ({ body }, reply) => {
  await new Promise<void>((resolve, reject) => {
    waiting.push({ event: body, resolve, reject })
    if (timer === undefined) timer = setTimeout(flush, gatherMs)
  })
  return reply.code(202).send({ message: 'ok', event_id: body.event_id })
})

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
