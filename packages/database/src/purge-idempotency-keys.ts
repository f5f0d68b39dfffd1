import type pg from 'pg'
import { translateDatabaseError } from './database-errors.ts'

/** Deletes up to so many keys that no retry may use any more, of all environments. Returns how many. */
export async function purgeIdempotencyKeys(pool: pg.Pool, rowsMax: number): Promise<number> {
  try {
    const { rows } = await pool.query<{ purged: number }>({ ...purge, values: [rowsMax] })
    return rows[0]?.purged ?? 0
  } catch (error) {
    throw translateDatabaseError(error)
  }
}

const purge = { name: 'purge-idempotency-keys', text: 'select purge_idempotency_keys($1) as purged' }
