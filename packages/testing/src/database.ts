import { randomBytes } from 'node:crypto'
import { createDatabase, type Database, type Scoped } from '@flexprice/database/connection'
import { createEnvironment, createTenant } from '@flexprice/database/tenancy'
import pg from 'pg'
import { testTemplate } from './config.ts'
import { asSuperuser, databaseUrl, roles } from './template-database.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database
  /** The application's role: row security binds it. */
  readonly appUrl: string
  readonly ownerUrl: string
  /** A fresh tenant with one development environment, as a handle. */
  newTenant(options?: { clockAt?: Date }): Promise<Scoped>
  /** Sets the environment's test clock. */
  moveClock(of: Scoped, to: Date): Promise<void>
  /** Runs SQL as the owner, whom row security does not bind. */
  asOwner(sql: string, values?: readonly unknown[]): Promise<readonly unknown[]>
}

const poolSizeMax = 10

/** A migrated database of the test file's own; it is dropped when disposed. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `flexprice_test_${randomBytes(6).toString('hex')}`
  await asSuperuser((superuser) => superuser.query(`create database ${name} template ${testTemplate()}`))
  const ownerUrl = databaseUrl(name, roles.owner)
  const appUrl = databaseUrl(name, roles.app)
  const database = createDatabase({ url: appUrl, applicationName: 'test', poolSizeMax })
  const asOwner: TestDatabase['asOwner'] = async (sql, values = []) => {
    const owner = new pg.Client({ connectionString: ownerUrl })
    await owner.connect()
    try {
      return (await owner.query<object>(sql, [...values])).rows
    } finally {
      await owner.end()
    }
  }
  return {
    database,
    appUrl,
    ownerUrl,
    async newTenant(options = {}) {
      const tenant = await createTenant(ownerUrl, { name: 'Tenant under test' })
      const environment = await createEnvironment(ownerUrl, {
        tenantId: tenant.id,
        name: 'Development',
        type: 'development',
        ...(options.clockAt ? { clockAt: options.clockAt } : {}),
      })
      return database.scoped({
        tenantId: tenant.id,
        environmentId: environment.id,
        userId: 'user_test',
        requestId: 'req_test',
      })
    },
    async moveClock({ scope }, to) {
      await asOwner('update environments set clock_at = $2 where id = $1', [scope.environmentId, to])
    },
    asOwner,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await asSuperuser((superuser) => superuser.query(`drop database if exists ${name} with (force)`))
    },
  }
}
