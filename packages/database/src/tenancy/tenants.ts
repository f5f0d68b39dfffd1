import { notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { json } from '../connection/row-changes.ts'
import type { Changes } from '../tables/row-types.ts'
import type { TenantTable } from '../tables/tenancy-tables.ts'

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
