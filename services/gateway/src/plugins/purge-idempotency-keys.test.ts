import { createLogger } from '@flexprice/observability'
import { createTestDatabase } from '@flexprice/testing'
import Fastify from 'fastify'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { purgeIdempotencyKeys } from './purge-idempotency-keys.ts'

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
  purgeIdempotencyKeys(app, { database: stack.database, logger }, 20)
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

test('a database that is away is asked again later, and ends nothing', async () => {
  const app = Fastify()
  let asked = 0
  const database = {
    purgeIdempotencyKeys: async () => {
      asked++
      throw new Error('away')
    },
  }
  purgeIdempotencyKeys(app, { database, logger }, 5)
  await vi.waitUntil(() => asked >= 3)
  await app.close()
})
