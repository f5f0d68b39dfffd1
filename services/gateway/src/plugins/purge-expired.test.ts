import { createLogger } from '@flexprice/observability'
import { createTestDatabase } from '@flexprice/testing'
import Fastify from 'fastify'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { purgeExpired } from './purge-expired.ts'

const logger = createLogger({ service: 'gateway', level: 'fatal' })

test('what has expired goes by itself, in every environment; what has not stays', async () => {
  await using stack = await createTestDatabase()
  const owner = new pg.Client({ connectionString: stack.ownerUrl })
  await owner.connect()
  const insert = `insert into idempotency_keys (environment_id, key, fingerprint, created_at, answer_status, answer_body)
    select $1, $2 || n, decode(repeat('00', 32), 'hex'), now() - $3::interval, 200, '' from generate_series(1, 3000) n`
  for (const { scope } of [await stack.newTenant(), await stack.newTenant()]) {
    await owner.query(insert, [scope.environmentId, 'old', '25 hours'])
    await owner.query(insert, [scope.environmentId, 'young', '23 hours'])
  }
  const app = Fastify()
  purgeExpired(app, { database: stack.database, logger }, 20)
  const left = async () => {
    const { rows } = await owner.query(
      "select count(*)::int as n from idempotency_keys where key like 'old%'",
    )
    return rows[0].n
  }
  await vi.waitUntil(async () => (await left()) === 0, { timeout: 10_000 })
  await app.close()
  const { rows } = await owner.query('select count(*)::int as n from idempotency_keys')
  expect(rows).toEqual([{ n: 6_000 }])
  await owner.end()
})

test('a stored list goes with its items after eight days, by which its workflow has ended; a younger one stays', async () => {
  await using stack = await createTestDatabase()
  const owner = new pg.Client({ connectionString: stack.ownerUrl })
  await owner.connect()
  for (const { scope } of [await stack.newTenant(), await stack.newTenant()]) {
    for (const [head, age, processed] of [
      ['old', '8 days 1 minute', 2],
      ['stuck', '9 days', 0],
      ['young', '7 days', 2],
    ]) {
      await owner.query(
        `insert into subscription_batches (id, environment_id, idempotency_key, request_hash, items_total,
          items_processed, stored_at, created_at, updated_at, created_by, updated_by)
        select $1 || $2 || n, $1, $2 || n, '', 2, $4, now() - $3::interval, now(), now(), '', ''
        from generate_series(1, 15) n`,
        [scope.environmentId, head, age, processed],
      )
    }
    await owner.query(
      `insert into subscription_batch_items (batch_id, position, environment_id, idempotency_key, request_hash, request)
      select id, n, environment_id, '', '', '{}' from subscription_batches, generate_series(0, 1) n
      where environment_id = $1`,
      [scope.environmentId],
    )
  }
  const app = Fastify()
  purgeExpired(app, { database: stack.database, logger }, 20)
  const left = async () => {
    const { rows } = await owner.query(
      `select (select count(*)::int from subscription_batches) as lists,
        (select count(*)::int from subscription_batch_items) as items`,
    )
    return rows[0]
  }
  await vi.waitUntil(async () => (await left()).lists <= 30, { timeout: 10_000 })
  await app.close()
  expect(await left()).toEqual({ lists: 30, items: 60 })
  await owner.end()
})

test('a database that is away is asked again later, and ends nothing', async () => {
  const app = Fastify()
  let asked = 0
  const database = {
    purgeExpired: async () => {
      asked++
      throw new Error('away')
    },
  }
  purgeExpired(app, { database, logger }, 5)
  await vi.waitUntil(() => asked >= 3)
  await app.close()
})
