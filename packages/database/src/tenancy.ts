import { createHash, randomBytes } from 'node:crypto'
import { assert } from '@flexprice/domain'
import pg from 'pg'
import type { Scoped } from './connection.ts'
import { translateDatabaseError } from './database-errors.ts'
import { newId } from './ids.ts'

/**
 * Makes a tenant. Needs the owner's connection: the application's role cannot write tenants or
 * environments, so that a broken gateway cannot make one.
 */
export function createTenant(ownerUrl: string, tenant: { name: string }): Promise<{ id: string }> {
  return insertAsOwner(ownerUrl, 'insert into tenants (id, name) values ($1, $2) returning id', [
    newId('tenant'),
    tenant.name,
  ])
}

/** Makes an environment of a tenant. `clockAt` sets the test clock, which only a development one may have. */
export function createEnvironment(
  ownerUrl: string,
  environment: { tenantId: string; name: string; type: 'production' | 'development'; clockAt?: Date },
): Promise<{ id: string }> {
  return insertAsOwner(
    ownerUrl,
    'insert into environments (id, tenant_id, name, type, clock_at) values ($1, $2, $3, $4, $5) returning id',
    [
      newId('environment'),
      environment.tenantId,
      environment.name,
      environment.type,
      environment.clockAt ?? null,
    ],
  )
}

/** A key as shown once, at its making: only its hash is kept. */
export interface NewApiKey {
  readonly id: string
  readonly secret: string
}

const secretBytes = 32

/** Makes a key of the handle's environment. */
export async function createApiKey(
  scoped: Scoped,
  key: { name: string; expiresAt?: Date },
): Promise<NewApiKey> {
  const id = newId('apiKey')
  const secret = `sk_${randomBytes(secretBytes).toString('base64url')}`
  await scoped.db
    .insertInto('api_keys')
    .values({
      id,
      tenant_id: scoped.scope.tenantId,
      environment_id: scoped.scope.environmentId,
      name: key.name,
      key_hash: hashApiKey(secret),
      user_id: scoped.scope.userId,
      expires_at: key.expiresAt ?? null,
      revoked_at: null,
    })
    .execute()
  return { id, secret }
}

/** Ends a key at once. Returns false when the environment has no such key, or it was revoked before. */
export async function revokeApiKey(scoped: Scoped, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await scoped.db
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** A secret has 256 bits of chance, so one round of SHA-256 is enough: there is nothing to guess. */
export function hashApiKey(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

async function insertAsOwner(ownerUrl: string, text: string, values: unknown[]): Promise<{ id: string }> {
  const client = new pg.Client({ connectionString: ownerUrl })
  try {
    await client.connect()
    const { rows } = await client.query<{ id: string }>(text, values)
    assert(rows[0], 'an insert returns its row')
    return rows[0]
  } catch (error) {
    throw translateDatabaseError(error)
  } finally {
    await client.end()
  }
}
