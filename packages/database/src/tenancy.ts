import { assert, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import pg from 'pg'
import type { Scoped } from './connection.ts'
import { translateDatabaseError } from './database-errors.ts'
import { newId } from './ids.ts'
import { type Changes, json } from './row-changes.ts'
import type { TenantTable } from './tenancy-tables.ts'

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

export type TenantRow = Selectable<TenantTable>
export type TenantChanges = Changes<Pick<TenantRow, 'name' | 'metadata' | 'billing_details'>>

/** The tenant of the handle's scope. Another's does not exist. @throws not_found */
export async function getTenant(scoped: Scoped, id: string): Promise<TenantRow> {
  const row = await scoped.db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('Tenant', id)
  return row
}

/** Changes the handle's own tenant; what is left out stays, each billing detail too. */
export function updateTenant(scoped: Scoped, changes: TenantChanges, now: Date): Promise<TenantRow> {
  return scoped.db
    .updateTable('tenants')
    .set({
      name: changes.name,
      metadata: json(changes.metadata),
      billing_details:
        changes.billing_details && sql`billing_details || ${json(changes.billing_details)}::jsonb`,
      updated_at: now,
    })
    .where('id', '=', scoped.scope.tenantId)
    .returningAll()
    .executeTakeFirstOrThrow()
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
