import type pg from 'pg'
import { translateDatabaseError } from './database-errors.ts'

/** What is deleted once no retry may use it any more, of all environments. */
export type Expiring = 'idempotency-keys' | 'subscription-batches'

/** Deletes up to so many that have expired. Returns how many. */
export async function purgeExpired(pool: pg.Pool, what: Expiring, rowsMax: number): Promise<number> {
  try {
    const { rows } = await pool.query<{ purged: number }>({
      name: `purge-${what}`,
      text: purges[what],
      values: [rowsMax],
    })
    return rows[0]?.purged ?? 0
  } catch (error) {
    throw translateDatabaseError(error)
  }
}

const purges: Readonly<Record<Expiring, string>> = {
  'idempotency-keys': 'select purge_idempotency_keys($1) as purged',
  'subscription-batches': 'select purge_subscription_batches($1) as purged',
}
