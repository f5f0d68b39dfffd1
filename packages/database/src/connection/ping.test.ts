import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createDatabase } from './connection.ts'

test('a ping is answered while each connection of the pool is at work and others wait for one', async () => {
  await using databases = await createTestDatabase()
  await using database = createDatabase({ url: databases.appUrl, applicationName: 'ping', poolSizeMax: 1 })
  const { db } = database.scoped({ tenantId: 't', environmentId: 'e', userId: 'u', requestId: 'r' })
  let isOver = false
  // Longer than a ping may take.
  const busy = Promise.allSettled([1, 2].map(() => sql`select pg_sleep(3)`.execute(db))).then(() => {
    isOver = true
  })
  await expect.poll(() => database.poolStats().waiting).toBe(1)
  await database.ping()
  expect(isOver).toBe(false)
  await busy
})

test('a ping fails where the role would see the rows of all tenants', async () => {
  await using databases = await createTestDatabase()
  await using database = createDatabase({ url: databases.ownerUrl, applicationName: 'ping', poolSizeMax: 1 })
  await expect(database.ping()).rejects.toThrow('row security')
})
