import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { now } from '../testing/catalog-rows.ts'
import { createEnvironment, createTenant } from './tenancy.ts'
import { getTenant, updateTenant } from './tenants.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant()
})
afterAll(() => databases[Symbol.asyncDispose]())

describe('a tenant and its environments', () => {
  test('are made by the owner, and their names are unique within the tenant', async () => {
    const tenant = await createTenant(databases.ownerUrl, { name: "Robert'); drop table tenants; --" })
    const environment = { tenantId: tenant.id, name: 'Live', type: 'production' } as const
    await createEnvironment(databases.ownerUrl, environment)
    await expect(createEnvironment(databases.ownerUrl, environment)).rejects.toMatchObject({
      code: 'already_exists',
    })
    const other = await createTenant(databases.ownerUrl, { name: 'Other' })
    await createEnvironment(databases.ownerUrl, { ...environment, tenantId: other.id })
  })

  test('let the tenant change its own name, metadata and billing details, and leave out the rest', async () => {
    const other = await databases.newTenant()
    const details = { email: 'billing@acme.test', address: { address_city: 'Springfield' } }
    const row = await updateTenant(scoped, { name: 'Acme', billing_details: details }, now)
    expect(row).toMatchObject({ name: 'Acme', metadata: {}, billing_details: details, updated_at: now })
    const changes = { metadata: { tier: 'gold' }, billing_details: { phone: '+1' } }
    expect(await updateTenant(scoped, changes, now)).toMatchObject({
      name: 'Acme',
      metadata: { tier: 'gold' },
      billing_details: { ...details, phone: '+1' },
    })
    expect(await getTenant(other, other.scope.tenantId)).toMatchObject({ name: 'Tenant under test' })
    await expect(getTenant(other, scoped.scope.tenantId)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('cannot otherwise be written by the application’s role', async () => {
    const { tenantId } = scoped.scope
    const row = { id: 'tenant_x', name: 'x' }
    const denied = { code: '42501' }
    await expect(scoped.db.insertInto('tenants').values(row).execute()).rejects.toMatchObject(denied)
    for (const forged of [{ id: 'tenant_x' }, { status: 'archived' }] as const) {
      await expect(scoped.db.updateTable('tenants').set(forged).execute()).rejects.toMatchObject(denied)
    }
    // Every tenant's row, were it not for row security.
    const everyone = await scoped.db.updateTable('tenants').set({ name: 'x' }).executeTakeFirst()
    expect(everyone.numUpdatedRows).toBe(1n)
    for (const forged of [{ name: 'x' }, { type: 'production' }] as const) {
      await expect(scoped.db.updateTable('environments').set(forged).execute()).rejects.toMatchObject(denied)
    }
    await expect(
      scoped.db.deleteFrom('environments').where('tenant_id', '=', tenantId).execute(),
    ).rejects.toMatchObject(denied)
    expect(await scoped.db.selectFrom('tenants').select('id').execute()).toEqual([{ id: tenantId }])
  })
})
