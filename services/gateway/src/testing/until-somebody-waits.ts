import type { TestDatabase } from '@flexprice/testing'
import { vi } from 'vitest'

/** Until so many sessions of the test's database wait for a lock of another's. */
export async function untilSomebodyWaits(database: TestDatabase, sessions = 1): Promise<void> {
  const waiting = `select distinct pid from pg_locks l join pg_stat_activity a using (pid)
    where not l.granted and a.datname = current_database()`
  await vi.waitUntil(async () => (await database.asOwner(waiting)).length >= sessions, {
    timeout: 10_000,
    interval: 20,
  })
}
