import { setTimeout } from 'node:timers/promises'
import { errorKind, isRetryable } from '@flexprice/domain'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insertPlan, updatePlan } from '../catalog/plans.ts'
import { insertPrices } from '../catalog/prices.ts'
import { insertCustomer } from '../customers/customers.ts'
import { addPlan, monthly, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { createDatabase, type Database, inTransaction, type Scoped } from './connection.ts'
import { translateDatabaseError } from './database-errors.ts'

let databases: TestDatabase
let database: Database
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  const { scope } = await databases.newTenant()
  database = createDatabase({
    url: databases.appUrl,
    applicationName: 'errors',
    poolSizeMax: 2,
    statementTimeoutMs: 500,
    lockTimeoutMs: 200,
  })
  scoped = database.scoped(scope)
  return () => database[Symbol.asyncDispose]()
})
afterAll(() => databases[Symbol.asyncDispose]())

async function asOwner(text: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: databases.ownerUrl })
  await client.connect()
  try {
    await client.query(text, values)
  } finally {
    await client.end()
  }
}

async function backendOf(transaction: Scoped): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction.db)
  return rows[0]?.pid ?? 0
}

/** The application's role cannot end another's session; the same role can end its own. */
async function terminate(pid: number): Promise<void> {
  const client = new pg.Client({ connectionString: databases.appUrl })
  await client.connect()
  try {
    await client.query('select pg_terminate_backend($1, 5000)', [pid])
  } finally {
    await client.end()
  }
}

async function plansCount(): Promise<number> {
  const rows = await scoped.db.selectFrom('plans').select('id').execute()
  return rows.length
}

describe('a violated constraint', () => {
  test('that is unique is already_exists and names the field', async () => {
    const customer = { external_id: 'ada', name: 'Ada' }
    await insertCustomer(scoped, customer, now)
    await expect(insertCustomer(scoped, customer, now)).rejects.toMatchObject({
      code: 'already_exists',
      details: { fields: [{ path: 'external_id' }] },
    })
    await insertPlan(scoped, { name: 'Pro', lookup_key: 'pro' }, now)
    await expect(insertPlan(scoped, { name: 'Pro', lookup_key: 'pro' }, now)).rejects.toMatchObject({
      code: 'already_exists',
      details: { fields: [{ path: 'lookup_key' }] },
    })
  })

  test('that the table does not know is a defect: nobody tries again, and only the cause has its name', async () => {
    const refused = await insertPlan(scoped, { name: '' }, now).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'constraint_violated',
      message: 'Internal error',
      details: undefined,
      cause: { code: '23514', constraint: 'plans_name_check' },
    })
    expect(isRetryable(errorKind('constraint_violated'))).toBe(false)
  })

  test('of any kind is told without its name', async () => {
    const kinds = ['23502', '23503', '23505', '23514', '23P01']
    for (const code of kinds) {
      const error = Object.assign(new Error('violates constraint "secret"'), { code, constraint: 'secret' })
      const translated = translateDatabaseError(error)
      expect(translated).toMatchObject({ code: 'constraint_violated', details: undefined })
      expect(String(translated)).not.toContain('secret')
    }
  })
})

describe('work that takes too long', () => {
  test('by a lock is service_unavailable, and the pool goes on', async () => {
    const { id } = await addPlan(scoped)
    await inTransaction(scoped, async (transaction) => {
      await updatePlan(transaction, id, { name: 'Held' }, now)
      await expect(updatePlan(scoped, id, { name: 'Waits' }, now)).rejects.toMatchObject({
        code: 'service_unavailable',
      })
    })
    expect(await updatePlan(scoped, id, { name: 'Free' }, now)).toMatchObject({ name: 'Free' })
  })

  test('by a statement is service_unavailable', async () => {
    await expect(sql`select pg_sleep(5)`.execute(scoped.db)).rejects.toMatchObject({
      code: 'service_unavailable',
    })
    expect(await plansCount()).toBe(0)
  })

  test('by two transactions that wait for each other ends one of them with service_unavailable', async () => {
    const patient = createDatabase({ url: databases.appUrl, applicationName: 'errors', poolSizeMax: 2 })
    const handle = patient.scoped(scoped.scope)
    const [one, other] = [await addPlan(scoped), await addPlan(scoped)]
    const rename = async (first: string, second: string) =>
      inTransaction(handle, async (transaction) => {
        await updatePlan(transaction, first, { name: 'x' }, now)
        await setTimeout(100)
        await updatePlan(transaction, second, { name: 'y' }, now)
      })
    const results = await Promise.allSettled([rename(one.id, other.id), rename(other.id, one.id)])
    await patient[Symbol.asyncDispose]()
    expect(results.filter((result) => result.status === 'rejected')).toMatchObject([
      { reason: { code: 'service_unavailable' } },
    ])
  })
})

describe('a connection', () => {
  test('that is refused is database_error', async () => {
    const url = new URL(databases.appUrl)
    url.port = '1'
    const nowhere = createDatabase({ url: url.href, applicationName: 'errors', poolSizeMax: 1 })
    const refused = { code: 'database_error' }
    await expect(nowhere.ping()).rejects.toMatchObject(refused)
    await expect(nowhere.findApiKey(Buffer.alloc(32))).rejects.toMatchObject(refused)
    await expect(addPlan(nowhere.scoped(scoped.scope))).rejects.toMatchObject(refused)
    await nowhere[Symbol.asyncDispose]()
  })

  test('that is ended within a statement is database_error; nothing is written and the pool goes on', async () => {
    const patient = createDatabase({ url: databases.appUrl, applicationName: 'errors', poolSizeMax: 1 })
    const handle = patient.scoped(scoped.scope)
    const { id } = await addPlan(scoped)
    let waiting: Promise<unknown> | undefined
    await inTransaction(scoped, async (holder) => {
      await updatePlan(holder, id, { name: 'Held' }, now)
      waiting = inTransaction(handle, async (transaction) => {
        await addPlan(transaction)
        const pid = await backendOf(transaction)
        void waitForLock(databases.ownerUrl).then(() => terminate(pid))
        await updatePlan(transaction, id, { name: 'Lost' }, now)
      })
      await expect(waiting).rejects.toMatchObject({ code: 'database_error' })
    })
    expect(await handle.db.selectFrom('plans').select('name').execute()).toEqual([{ name: 'Held' }])
    await patient[Symbol.asyncDispose]()
  })

  test('that is ended between two statements of a transaction is database_error, and ends no process', async () => {
    const work = inTransaction(scoped, async (transaction) => {
      await addPlan(transaction)
      await terminate(await backendOf(transaction))
      await setTimeout(50)
      await addPlan(transaction)
    })
    await expect(work).rejects.toMatchObject({ code: 'database_error' })
    expect(await plansCount()).toBe(0)
    expect(database.poolStats().total).toBe(1)
  })

  test('that is ended while idle is replaced', async () => {
    const pid = await backendOf(scoped)
    await terminate(pid)
    await setTimeout(50)
    expect(await backendOf(scoped)).not.toBe(pid)
  })

  test('whose prepared statements a migration made stale is replaced', async () => {
    const read = () => scoped.db.selectFrom('plans').selectAll().where('id', '=', 'none').execute()
    for (let use = 0; use < 8; use++) await read()
    await asOwner('alter table plans add column stale_test text')
    try {
      await expect(read()).rejects.toMatchObject({ code: 'database_error' })
      expect(await read()).toEqual([])
    } finally {
      await asOwner('alter table plans drop column stale_test')
    }
  })
})

test('text that PostgreSQL cannot hold, and a number too large for it, are the caller’s mistakes', async () => {
  const bad = { code: 'validation_error' }
  await expect(insertPlan(scoped, { name: 'a\u0000b' }, now)).rejects.toMatchObject(bad)
  await expect(insertPlan(scoped, { name: 'a', metadata: { key: '\u0000' } }, now)).rejects.toMatchObject(bad)
  const { id: plan_id } = await addPlan(scoped)
  const price = monthly({ plan_id, amount: `1${'0'.repeat(30)}` })
  await expect(
    inTransaction(scoped, (transaction) => insertPrices(transaction, [price], now)),
  ).rejects.toMatchObject(bad)
})

test('an error that is none of the database’s is handed on as it is', () => {
  const error = new TypeError('not a function')
  expect(translateDatabaseError(error)).toBe(error)
  expect(translateDatabaseError('text')).toBe('text')
})
