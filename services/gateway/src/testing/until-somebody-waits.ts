import type { TestDatabase } from '@flexprice/testing'
import { vi } from 'vitest'

/** Until some session of the test's database waits for a lock of another's. */
export async function untilSomebodyWaits(database: TestDatabase): Promise<void> {
  const waiting = `select from pg_locks l join pg_stat_activity a using (pid)
    where not l.granted and a.datname = current_database()`
  await vi.waitUntil(async () => (await database.asOwner(waiting)).length > 0, {
    timeout: 10_000,
    interval: 20,
  })
}
