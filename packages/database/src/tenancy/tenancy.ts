import { assert } from '@flexprice/domain'
import pg from 'pg'
import { translateDatabaseError } from '../connection/database-errors.ts'
import { newId } from '../connection/ids.ts'

/**
 * Makes a tenant. Needs the owner's connection: the application's role cannot write tenants or
 * environments, so that a broken gateway cannot make one.
 */
export function createTenant(ownerUrl: string, tenant: { name: string }): Promise<{ id: string }> {
  return insertAsOwner(ownerUrl, 'insert into tenants (id, name) values ($1, $2) returning id', [
    newId('tenant'),
    tenant.name,
  ])
}

/** Makes an environment of a tenant. `clockAt` sets the test clock, which only a development one may have. */
export function createEnvironment(
  ownerUrl: string,
  environment: { tenantId: string; name: string; type: 'production' | 'development'; clockAt?: Date },
): Promise<{ id: string }> {
  return insertAsOwner(
    ownerUrl,
    'insert into environments (id, tenant_id, name, type, clock_at) values ($1, $2, $3, $4, $5) returning id',
    [
      newId('environment'),
      environment.tenantId,
      environment.name,
      environment.type,
      environment.clockAt ?? null,
    ],
  )
}

async function insertAsOwner(ownerUrl: string, text: string, values: unknown[]): Promise<{ id: string }> {
  const client = new pg.Client({ connectionString: ownerUrl })
  try {
    await client.connect()
    const { rows } = await client.query<{ id: string }>(text, values)
    assert(rows[0], 'an insert returns its row')
    return rows[0]
  } catch (error) {
    throw translateDatabaseError(error)
  } finally {
    await client.end()
  }
}
