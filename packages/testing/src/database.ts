import { randomBytes } from 'node:crypto'
import { createDatabase, type Database, type Scoped } from '@flexprice/database/connection'
import { createEnvironment, createTenant } from '@flexprice/database/tenancy'
import { testTemplate } from './config.ts'
import { asSuperuser, databaseUrl, roles } from './template-database.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database
  /** The application's role: row security binds it. */
  readonly appUrl: string
  readonly ownerUrl: string
  /** A fresh tenant with one development environment, as a handle. */
  newTenant(options?: { clockAt?: Date }): Promise<Scoped>
}

const poolSizeMax = 10

/** A migrated database of the test file's own; it is dropped when disposed. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `flexprice_test_${randomBytes(6).toString('hex')}`
  await asSuperuser((superuser) => superuser.query(`create database ${name} template ${testTemplate()}`))
  const ownerUrl = databaseUrl(name, roles.owner)
  const appUrl = databaseUrl(name, roles.app)
  const database = createDatabase({ url: appUrl, applicationName: 'test', poolSizeMax })
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
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await asSuperuser((superuser) => superuser.query(`drop database if exists ${name} with (force)`))
    },
  }
}
