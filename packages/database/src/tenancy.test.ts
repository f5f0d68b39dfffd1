import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Scoped } from './connection.ts'
import { createApiKey, createEnvironment, createTenant, hashApiKey, revokeApiKey } from './tenancy.ts'
import { daysFromNow, now } from './testing/catalog-rows.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant()
})
afterAll(() => databases[Symbol.asyncDispose]())

function find(secret: string) {
  return databases.database.findApiKey(hashApiKey(secret))
}

async function asOwner(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: databases.ownerUrl })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}

describe('an API key', () => {
  test('is found by its secret alone, with the scope that it stands for', async () => {
    const { id, secret } = await createApiKey(scoped, { name: 'Server', expiresAt: daysFromNow(9) })
    const { tenantId, environmentId, userId } = scoped.scope
    const keyHash = hashApiKey(secret)
    expect(await find(secret)).toEqual({
      ...{ id, tenantId, environmentId, userId, keyHash },
      expiresAt: daysFromNow(9),
      revokedAt: null,
    })
    expect(await find(`${secret}x`)).toBeUndefined()
    expect(await find('')).toBeUndefined()
  })

  test('is kept as a hash only: its secret is nowhere in its row', async () => {
    const { secret } = await createApiKey(scoped, { name: 'Server' })
    expect(secret).toMatch(/^sk_[\w-]{43}$/)
    const { rows } = await asOwner('select row_to_json(k)::text as row from api_keys k')
    for (const { row } of rows) expect(row).not.toContain(secret.slice(3))
    const other = await createApiKey(scoped, { name: 'Server' })
    expect(other.secret).not.toBe(secret)
  })

  test('is revoked once, and says since when', async () => {
    const { id, secret } = await createApiKey(scoped, { name: 'Server' })
    expect(await revokeApiKey(scoped, id, now)).toBe(true)
    expect(await revokeApiKey(scoped, id, daysFromNow(1))).toBe(false)
    expect(await find(secret)).toMatchObject({ revokedAt: now })
  })

  test('cannot be revoked, listed or made by another environment', async () => {
    const { id, secret } = await createApiKey(scoped, { name: 'Server' })
    const foreign = await databases.newTenant()
    expect(await revokeApiKey(foreign, id, now)).toBe(false)
    expect(await foreign.db.selectFrom('api_keys').selectAll().execute()).toEqual([])
    expect(await find(secret)).toMatchObject({ revokedAt: null })
    for (const forged of [
      { ...foreign.scope, environmentId: scoped.scope.environmentId },
      { ...foreign.scope, tenantId: scoped.scope.tenantId },
    ]) {
      const handle = { ...foreign, scope: forged }
      await expect(createApiKey(handle, { name: 'Forged' })).rejects.toMatchObject({ code: '42501' })
    }
    const mixed = databases.database.scoped({
      ...foreign.scope,
      environmentId: scoped.scope.environmentId,
    })
    expect(await revokeApiKey(mixed, id, now)).toBe(false)
    await expect(createApiKey(mixed, { name: 'Mixed' })).rejects.toMatchObject({ code: '23503' })
  })

  test('of a tenant that is not published is not found', async () => {
    const { secret } = await createApiKey(scoped, { name: 'Server' })
    await asOwner(`update tenants set status = 'archived' where id = $1`, [scoped.scope.tenantId])
    expect(await find(secret)).toBeUndefined()
  })
})

describe('a tenant and its environments', () => {
  test('are made by the owner, and their names are unique within the tenant', async () => {
    const tenant = await createTenant(databases.ownerUrl, { name: "Robert'); drop table tenants; --" })
    const environment = { tenantId: tenant.id, name: 'Live', type: 'production' } as const
    await createEnvironment(databases.ownerUrl, environment)
    await expect(createEnvironment(databases.ownerUrl, environment)).rejects.toMatchObject({
      code: 'already_exists',
    })
    const other = await createTenant(databases.ownerUrl, { name: 'Other' })
    await createEnvironment(databases.ownerUrl, { ...environment, tenantId: other.id })
  })

  test('cannot be written by the application’s role', async () => {
    const { tenantId } = scoped.scope
    const row = { id: 'tenant_x', name: 'x' }
    const denied = { code: '42501' }
    await expect(scoped.db.insertInto('tenants').values(row).execute()).rejects.toMatchObject(denied)
    await expect(scoped.db.updateTable('tenants').set({ name: 'x' }).execute()).rejects.toMatchObject(denied)
    await expect(
      scoped.db.updateTable('environments').set({ clock_at: now }).execute(),
    ).rejects.toMatchObject(denied)
    await expect(
      scoped.db.deleteFrom('environments').where('tenant_id', '=', tenantId).execute(),
    ).rejects.toMatchObject(denied)
    expect(await scoped.db.selectFrom('tenants').select('id').execute()).toEqual([{ id: tenantId }])
  })
})
