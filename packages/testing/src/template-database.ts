import { migrateToLatest } from '@flexprice/database/migrations'
import pg from 'pg'
import { testStack, testTemplate } from './config.ts'

export const roles = {
  owner: { name: 'flexprice_test_owner', password: 'owner' },
  app: { name: 'flexprice_test_app', password: 'app' },
} as const

/** Makes the roles and the migrated database that each test file's own is copied from: once a run, before any test file. */
export async function createTemplateDatabase(): Promise<void> {
  const templateName = testTemplate()
  const admin = new pg.Client({ connectionString: testStack().postgresUrl })
  await admin.connect()
  try {
    for (const role of Object.values(roles)) {
      await admin.query(`do $$ begin
        create role ${role.name} login password '${role.password}' nosuperuser nobypassrls;
        exception when duplicate_object then null; end $$`)
    }
    await admin.query(`drop database if exists ${templateName} with (force)`)
    await admin.query(`create database ${templateName} owner ${roles.owner.name}`)
  } finally {
    await admin.end()
  }
  await migrateToLatest({ ownerUrl: databaseUrl(templateName, roles.owner), appRole: roles.app.name })
}

export function databaseUrl(database: string, role: { name: string; password: string }): string {
  const url = new URL(testStack().postgresUrl)
  url.username = role.name
  url.password = role.password
  url.pathname = `/${database}`
  return url.href
}
