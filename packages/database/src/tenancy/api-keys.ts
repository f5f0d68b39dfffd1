import { hash, randomBytes } from 'node:crypto'
import { assert, CodedError, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { ApiKeyTable } from '../tables/tenancy-tables.ts'

/** A key without the hash of its secret, which nobody has to see. */
export type ApiKeyRow = Omit<Selectable<ApiKeyTable>, 'key_hash'>

/** A key as shown once, at its making: only its hash is kept. */
export interface NewApiKey {
  readonly id: string
  readonly secret: string
  readonly row: ApiKeyRow
}

const secretBytes = 32

/** Makes a key of the handle's environment, whose holder acts as the handle's user. */
export function createApiKey(scoped: Scoped, key: { name: string; expiresAt?: Date }): Promise<NewApiKey> {
  const { name, expiresAt } = key
  return insertKey(scoped, { name, expires_at: expiresAt ?? null, user_id: scoped.scope.userId })
}

/** Ends a key at once. Returns false when the environment has no such key, or it was revoked before. */
export async function revokeApiKey(scoped: Scoped, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await scoped.db
    .updateTable('api_keys')
    .set({ revoked_at: now, updated_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface ApiKeyRotation {
  readonly keyId: string
  /** How long the old key works on. */
  readonly overlapMs: number
  readonly now: Date
}

/**
 * A new key in place of an old one, of the same name and user. It works at once; the old one goes on for
 * the overlap, or to its own end where that is sooner. A key that was made for a span of time hands the
 * length of the span on: a rotation never makes a key that lasts for ever out of one that does not.
 * Needs the caller's transaction, so that two rotations of a key cannot both happen.
 *
 * @throws not_found; invalid_operation for a key that was revoked, has expired or was rotated before
 */
export async function rotateApiKey(
  scoped: Scoped,
  { keyId, overlapMs, now }: ApiKeyRotation,
): Promise<{ readonly made: NewApiKey; readonly old: ApiKeyRow }> {
  assert(scoped.db.isTransaction, 'a key is rotated in a transaction')
  const query = scoped.db.selectFrom('api_keys').select(columns).where('id', '=', keyId)
  const key = await query.forNoKeyUpdate().executeTakeFirst()
  if (!key) throw notFound('API key', keyId)
  refuseRotation(key, now)
  const { name, user_id, created_at, expires_at: end } = key
  const lasts = end && end.getTime() - created_at.getTime()
  const made = await insertKey(scoped, {
    name,
    user_id,
    expires_at: lasts === null ? null : new Date(now.getTime() + lasts),
  })
  const overlapEnd = new Date(now.getTime() + overlapMs)
  const old = await scoped.db
    .updateTable('api_keys')
    .set({
      expires_at: end && end < overlapEnd ? end : overlapEnd,
      successor_key_id: made.id,
      updated_at: now,
    })
    .where('id', '=', keyId)
    .returning(columns)
    .executeTakeFirstOrThrow()
  return { made, old }
}

/** Published: it works. Archived: it has expired. Deleted: it was revoked. */
export type ApiKeyStatus = 'published' | 'archived' | 'deleted'

export function apiKeyStatus(
  { revoked_at, expires_at }: Pick<ApiKeyRow, 'revoked_at' | 'expires_at'>,
  now: Date,
): ApiKeyStatus {
  if (revoked_at !== null) return 'deleted'
  return expires_at !== null && expires_at <= now ? 'archived' : 'published'
}

export type ApiKeySearch = Pick<Search, 'limit' | 'offset' | 'status'>

/** The environment's keys, newest first; those that work unless told otherwise. */
export function searchApiKeys(
  scoped: Scoped,
  { status = 'published', ...page }: ApiKeySearch,
  now: Date,
): Promise<SearchPage<ApiKeyRow>> {
  // With `apiKeyStatus`, the one place that says what a key's status is.
  const query = scoped.db
    .selectFrom('api_keys')
    .select(columns)
    .where(sql<boolean>`${status} = case
    when revoked_at is not null then 'deleted' when expires_at <= ${now} then 'archived' else 'published' end`)
  return searchPage(query, page, searchFields<keyof ApiKeyRow>({ text: ['id', 'name'] }))
}

/** A secret has 256 bits of chance, so one round of SHA-256 is enough: there is nothing to guess. */
export function hashApiKey(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

const columns = [
  'id',
  'tenant_id',
  'environment_id',
  'name',
  'display_id',
  'user_id',
  'created_at',
  'updated_at',
  'expires_at',
  'revoked_at',
  'last_used_at',
  'successor_key_id',
] as const satisfies ReadonlyArray<keyof ApiKeyRow>

const prefix = 'sk_'
const shownAtEachEnd = 4

/** Of the 256 bits of a secret 48 are shown: enough to tell keys apart, and nothing to guess the rest by. */
function displayId(secret: string): string {
  return `${secret.slice(0, prefix.length + shownAtEachEnd)}...${secret.slice(-shownAtEachEnd)}`
}

async function insertKey(
  scoped: Scoped,
  key: Pick<ApiKeyRow, 'name' | 'user_id' | 'expires_at'>,
): Promise<NewApiKey> {
  const id = newId('apiKey')
  const secret = prefix + randomBytes(secretBytes).toString('base64url')
  const row = await scoped.db
    .insertInto('api_keys')
    .values({
      ...key,
      id,
      tenant_id: scoped.scope.tenantId,
      environment_id: scoped.scope.environmentId,
      key_hash: hashApiKey(secret),
      display_id: displayId(secret),
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
  return { id, secret, row }
}

function refuseRotation(key: ApiKeyRow, now: Date): void {
  if (key.successor_key_id !== null) {
    throw new CodedError('invalid_operation', `API key ${key.id} was rotated to ${key.successor_key_id}`, {
      details: { successor_key_id: key.successor_key_id },
    })
  }
  const status = apiKeyStatus(key, now)
  if (status === 'published') return
  const what = status === 'deleted' ? 'was revoked' : 'has expired'
  throw new CodedError('invalid_operation', `API key ${key.id} ${what}`)
}
