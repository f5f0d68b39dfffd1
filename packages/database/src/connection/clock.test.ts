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
