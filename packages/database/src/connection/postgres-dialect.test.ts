import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createDatabase, inTransaction, type Scoped } from './connection.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')
const patience = { timeout: 20_000 }

test('nothing of what was sent last is kept: neither by a handle nor by its transactions', async () => {
  await using databases = await createTestDatabase()
  await using database = createDatabase({ url: databases.appUrl, applicationName: 'sent', poolSizeMax: 2 })
  const handles = await Promise.all(
    [1, 2, 3].map(async () => database.scoped((await databases.newTenant()).scope)),
  )
  const sent: WeakRef<Buffer>[] = []
  for (const handle of handles) {
    sent.push(await send(handle), await inTransaction(handle, send))
  }
  const kept = async () => {
    await nextTurn()
    if (typeof collectGarbage === 'function') collectGarbage()
    return sent.filter((bytes) => bytes.deref() !== undefined).length
  }
  await expect.poll(kept, patience).toBe(0)
  expect(handles.map(({ db }) => db.isTransaction)).toEqual([false, false, false])
})

async function send({ db }: Scoped): Promise<WeakRef<Buffer>> {
  const bytes = Buffer.alloc(1_000, 'x')
  const { rows } = await sql<{ length: number }>`select length(${bytes}::bytea)::int4 as length`.execute(db)
  expect(rows).toEqual([{ length: bytes.length }])
  return new WeakRef(bytes)
}
