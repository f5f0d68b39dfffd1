import { setTimeout } from 'node:timers/promises'
import pg from 'pg'

const attemptsMax = 500
const pauseMs = 10

/** Until some session of that database waits for a lock of another's. */
export async function waitForLock(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const { rows } = await client.query(`
        select from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.datname = current_database()`)
      if (rows.length > 0) return
      await setTimeout(pauseMs)
    }
    throw new Error('No session waits for a lock')
  } finally {
    await client.end()
  }
}
