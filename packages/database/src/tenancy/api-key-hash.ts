import type { Scoped } from '../connection/connection.ts'

/** By what caches know a key of the environment; undefined when there is none of that id. */
export async function findApiKeyHash(scoped: Scoped, id: string): Promise<Buffer | undefined> {
  const row = await scoped.db
    .selectFrom('api_keys')
    .select('key_hash')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.key_hash
}
