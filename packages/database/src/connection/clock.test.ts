import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEnvironment, createTenant } from '../tenancy/tenancy.ts'
import { now } from '../testing/catalog-rows.ts'
import { readNow } from './clock.ts'

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

test('is the test clock where the environment has one', async () => {
  const scoped = await databases.newTenant({ clockAt: now })
  expect(await readNow(scoped)).toEqual(now)
})

test('is the time of day elsewhere, and moves on', async () => {
  const scoped = await databases.newTenant()
  const before = Date.now()
  const [first, second] = [await readNow(scoped), await readNow(scoped)]
  expect(Math.abs(first.getTime() - before)).toBeLessThan(60_000)
  expect(second.getTime()).toBeGreaterThanOrEqual(first.getTime())
})

test('is refused as a test clock in production', async () => {
  const tenant = await createTenant(databases.ownerUrl, { name: 'Acme' })
  const production = { tenantId: tenant.id, name: 'Live', type: 'production', clockAt: now } as const
  await expect(createEnvironment(databases.ownerUrl, production)).rejects.toMatchObject({
    code: 'validation_error',
  })
})

test('of an environment that does not exist is not_found, and tried no more', async () => {
  const { scope } = await databases.newTenant()
  const nowhere = databases.database.scoped({ ...scope, environmentId: 'env_none' })
  await expect(readNow(nowhere)).rejects.toMatchObject({ code: 'not_found' })
})

test('goes forward alone, in the handle’s environment alone, whatever the query', async () => {
  const scoped = await databases.newTenant({ clockAt: now })
  const sibling = await createEnvironment(databases.ownerUrl, {
    ...{ tenantId: scoped.scope.tenantId, name: 'Other', type: 'development', clockAt: now },
  })
  const next = new Date(now.getTime() + 1)
  // A query that forgets its condition.
  const all = await scoped.db.updateTable('environments').set({ clock_at: next }).executeTakeFirst()
  expect(all.numUpdatedRows).toBe(1n)
  expect(await readNow(scoped)).toEqual(next)
  expect(await databases.asOwner('select clock_at from environments where id = $1', [sibling.id])).toEqual([
    { clock_at: now },
  ])
  for (const back of [now, null]) {
    const set = scoped.db.updateTable('environments').set({ clock_at: back })
    await expect(set.execute()).rejects.toMatchObject({ code: 'invalid_operation' })
    const byOwner = databases.asOwner('update environments set clock_at = $1', [back])
    await expect(byOwner).rejects.toMatchObject({ code: '23514' })
  }
})
