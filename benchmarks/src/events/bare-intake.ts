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

const insert = {
  name: 'insert',
  text: `with incoming as materialized (
      select event_key($1, i) as key, i, n, c, t, p from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
        as event (i, n, c, t, p)
    ), fresh as (
      insert into event_ids (environment_id, event_key, external_customer_id, event_name, timestamp)
      select $1, key, c, n, t from incoming order by key on conflict do nothing returning event_key
    )
    insert into events (environment_id, event_id, event_name, external_customer_id, timestamp, properties, ingested_at)
    select $1, i, n, c, t, p, now() from incoming join fresh on event_key = key`,
}

function write(events: readonly Sent[]): Promise<unknown> {
  const values = [
    environmentId,
    events.map((event) => event.event_id),
    events.map((event) => event.event_name),
    events.map((event) => event.external_customer_id),
    events.map((event) => event.timestamp),
    events.map((event) => JSON.stringify(event.properties)),
  ]
  return pool.query({ ...insert, values })
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

app.post<{ Body: { events: Sent[] } }>('/bulk', async ({ body }, reply) => {
  await write(body.events)
  return reply.code(202).send({ message: 'ok' })
})
app.post<{ Body: Sent }>('/single', async ({ body }, reply) => {
  await write([body])
  return reply.code(202).send({ message: 'ok' })
})
app.post<{ Body: Sent }>('/gathered', async ({ body }, reply) => {
  await new Promise<void>((resolve, reject) => {
    waiting.push({ event: body, resolve, reject })
    if (timer === undefined) timer = setTimeout(flush, gatherMs)
  })
  return reply.code(202).send({ message: 'ok' })
})

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
