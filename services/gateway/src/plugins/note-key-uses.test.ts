import type { ApiKeyUse } from '@flexprice/database/connection'
import { createApiKey, searchApiKeys } from '@flexprice/database/tenancy'
import { createLogger } from '@flexprice/observability'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startGateway } from '../testing/gateway-under-test.ts'
import { noteKeyUses } from './note-key-uses.ts'

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

const intervalMs = 20

/** The real database, watched. */
function start(fails = () => false) {
  const app = Fastify()
  const written: ApiKeyUse[][] = []
  const lines: string[] = []
  const touchApiKeys = async (uses: readonly ApiKeyUse[]) => {
    if (fails()) throw new Error('away')
    written.push([...uses])
    await databases.database.touchApiKeys(uses)
  }
  const destination = { write: (line: string) => void lines.push(line) }
  const logger = createLogger({ service: 'gateway', level: 'info', destination })
  return { app, written, lines, uses: noteKeyUses(app, { database: { touchApiKeys }, logger }, intervalMs) }
}

test('a thousand uses of two keys are one row each, in one write, and none before the interval', async () => {
  const scoped = await databases.newTenant()
  const [one, other] = [await createApiKey(scoped, { name: 'A' }), await createApiKey(scoped, { name: 'B' })]
  const { app, written, uses } = start()
  for (let index = 0; index < 500; index++) {
    uses.note(one.id)
    uses.note(other.id)
  }
  expect(written).toEqual([])
  await vi.waitFor(() => expect(written).toHaveLength(1))
  expect(written[0]?.map(({ keyId }) => keyId)).toEqual([one.id, other.id])
  uses.note(one.id)
  await app.close()
  expect(written).toHaveLength(1)
  const { items } = await searchApiKeys(scoped, {}, new Date())
  for (const { last_used_at } of items) {
    expect(Math.abs(Date.now() - (last_used_at?.getTime() ?? 0))).toBeLessThan(60_000)
  }
})

test('a write that fails is logged, and the next use is noted again', async () => {
  const { id } = await createApiKey(await databases.newTenant(), { name: 'A' })
  let away = true
  const { app, written, lines, uses } = start(() => away)
  uses.note(id)
  await vi.waitFor(() => expect(lines.join()).toContain('key-uses-lost'))
  away = false
  uses.note(id)
  await app.close()
  expect(written.flat()).toMatchObject([{ keyId: id }])
})

test('what is not yet written when the app closes is written then', async () => {
  await using gateway = await startGateway()
  const caller = await gateway.newCaller()
  expect(await caller.call('GET', '/users/me')).toMatchObject({ status: 200 })
  await gateway.app.close()
  const { items } = await searchApiKeys(caller.scoped, {}, new Date())
  expect(items).toMatchObject([{ last_used_at: expect.any(Date) }])
})
