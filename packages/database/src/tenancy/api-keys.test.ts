import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import {
  apiKeyStatus,
  createApiKey,
  hashApiKey,
  revokeApiKey,
  rotateApiKey,
  searchApiKeys,
} from './api-keys.ts'
import { createEnvironment } from './tenancy.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant()
})
afterAll(() => databases[Symbol.asyncDispose]())

const dayMs = 86_400_000

function find(secret: string) {
  return databases.database.findApiKey(hashApiKey(secret))
}

function rotate(keyId: string, at: Date, overlapMs = dayMs, by = scoped) {
  return inTransaction(by, (transaction) => rotateApiKey(transaction, { keyId, overlapMs, now: at }))
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

  test('shows eight characters of its secret, by which its holder knows it again', async () => {
    const { secret, row } = await createApiKey(scoped, { name: 'Server' })
    expect(row.display_id).toBe(`${secret.slice(0, 7)}...${secret.slice(-4)}`)
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
    await expect(createApiKey(mixed, { name: 'Mixed' })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('of a tenant that is not published is not found', async () => {
    const { secret } = await createApiKey(scoped, { name: 'Server' })
    await asOwner(`update tenants set status = 'archived' where id = $1`, [scoped.scope.tenantId])
    expect(await find(secret)).toBeUndefined()
  })
})

describe('a rotation', () => {
  test('makes a key like the old one at once, and lets the old one go on for the overlap', async () => {
    const old = await createApiKey(scoped, { name: 'Server' })
    const { made, old: ending } = await rotate(old.id, now)
    expect(made.row).toMatchObject({ name: 'Server', user_id: scoped.scope.userId, expires_at: null })
    expect(ending).toMatchObject({ id: old.id, expires_at: daysFromNow(1), successor_key_id: made.id })
    expect(await find(old.secret)).toMatchObject({ expiresAt: daysFromNow(1), revokedAt: null })
    expect(await find(made.secret)).toMatchObject({ id: made.id, expiresAt: null })
  })

  test('without an overlap ends the old key at once', async () => {
    const { id } = await createApiKey(scoped, { name: 'Server' })
    const { old } = await rotate(id, now, 0)
    expect(apiKeyStatus(old, now)).toBe('archived')
  })

  test('never moves an end away, and hands a limited life on instead of making an endless key', async () => {
    const key = await createApiKey(scoped, { name: 'Short' })
    await asOwner('update api_keys set created_at = $2, expires_at = $3 where id = $1', [
      key.id,
      daysFromNow(-9),
      daysFromNow(1),
    ])
    const { made, old } = await rotate(key.id, now, 7 * dayMs)
    expect(old.expires_at).toEqual(daysFromNow(1))
    expect(made.row.expires_at).toEqual(daysFromNow(10))
  })

  test('is refused for a key that was rotated before, revoked, has expired, or is not there', async () => {
    const refused = { code: 'invalid_operation' }
    const twice = await createApiKey(scoped, { name: 'Twice' })
    const { made } = await rotate(twice.id, now)
    await expect(rotate(twice.id, now)).rejects.toMatchObject({
      ...refused,
      details: { successor_key_id: made.id },
    })
    const revoked = await createApiKey(scoped, { name: 'Revoked' })
    await revokeApiKey(scoped, revoked.id, now)
    await expect(rotate(revoked.id, now)).rejects.toMatchObject(refused)
    const expired = await createApiKey(scoped, { name: 'Expired', expiresAt: now })
    await expect(rotate(expired.id, now)).rejects.toMatchObject(refused)
    await expect(rotate('key_x', now)).rejects.toMatchObject({ code: 'not_found' })
    const foreign = await databases.newTenant()
    await expect(rotate(made.id, now, dayMs, foreign)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('happens once when two ask at the same time', async () => {
    const { id } = await createApiKey(scoped, { name: 'Server' })
    const results = await Promise.allSettled([rotate(id, now), rotate(id, now), rotate(id, now)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { total } = await searchApiKeys(scoped, {}, now)
    expect(total).toBe(2)
  })
})

describe('a list of keys', () => {
  test('has those that work, newest first, in pages; the others by their status', async () => {
    const keys = []
    for (const name of ['A', 'B', 'C', 'D']) keys.push(await createApiKey(scoped, { name }))
    const [a, b, c, d] = keys.map((key) => key.id)
    await revokeApiKey(scoped, b ?? '', now)
    await createApiKey(scoped, { name: 'E', expiresAt: now })
    const first = await searchApiKeys(scoped, { limit: 2 }, now)
    expect(first).toMatchObject({ items: [{ id: d }, { id: c }], total: 3 })
    expect(await searchApiKeys(scoped, { limit: 2, offset: 2 }, now)).toMatchObject({ items: [{ id: a }] })
    expect(await searchApiKeys(scoped, { offset: 3 }, now)).toEqual({ items: [], total: 3 })
    expect(await searchApiKeys(scoped, { status: 'deleted' }, now)).toMatchObject({ items: [{ id: b }] })
    const { items: expired } = await searchApiKeys(scoped, { status: 'archived' }, now)
    expect(expired).toMatchObject([{ name: 'E' }])
    expect(expired[0]).not.toHaveProperty('key_hash')
    expect(expired.map((row) => apiKeyStatus(row, now))).toEqual(['archived'])
  })

  test('has no key of another environment of the tenant', async () => {
    await createApiKey(scoped, { name: 'Mine' })
    const { tenantId } = scoped.scope
    const live = { tenantId, name: 'Live', type: 'production' } as const
    const { id: environmentId } = await createEnvironment(databases.ownerUrl, live)
    const other = databases.database.scoped({ ...scoped.scope, environmentId })
    expect(await searchApiKeys(other, {}, now)).toEqual({ items: [], total: 0 })
  })
})

describe('the last use of keys', () => {
  async function lastUse(id: string): Promise<Date | null> {
    const { items } = await searchApiKeys(scoped, {}, now)
    return items.find((key) => key.id === id)?.last_used_at ?? null
  }

  test('is noted for keys of many tenants at once, and moves forward, a minute at least', async () => {
    const key = await createApiKey(scoped, { name: 'Server' })
    const foreign = await databases.newTenant()
    const other = await createApiKey(foreign, { name: 'Other' })
    const touch = (usedAt: Date) => databases.database.touchApiKeys([{ keyId: key.id, usedAt }])
    expect(await lastUse(key.id)).toBe(null)
    await databases.database.touchApiKeys([
      { keyId: key.id, usedAt: daysFromNow(-300) },
      { keyId: other.id, usedAt: daysFromNow(-301) },
      { keyId: key.id, usedAt: daysFromNow(-302) },
      { keyId: 'key_unknown', usedAt: now },
    ])
    expect(await lastUse(key.id)).toEqual(daysFromNow(-300))
    const { items } = await searchApiKeys(foreign, {}, now)
    expect(items).toMatchObject([{ last_used_at: daysFromNow(-301) }])
    const seconds = (count: number) => new Date(daysFromNow(-300).getTime() + count * 1_000)
    await touch(seconds(59))
    expect(await lastUse(key.id)).toEqual(seconds(0))
    await touch(seconds(-3_600))
    expect(await lastUse(key.id)).toEqual(seconds(0))
    await touch(seconds(60))
    expect(await lastUse(key.id)).toEqual(seconds(60))
  })

  test('is never later than now', async () => {
    const { id } = await createApiKey(scoped, { name: 'Server' })
    await databases.database.touchApiKeys([{ keyId: id, usedAt: new Date('2999-01-01T00:00:00Z') }])
    expect((await lastUse(id))?.getTime()).toBeLessThanOrEqual(Date.now() + 60_000)
  })
})
