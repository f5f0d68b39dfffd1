import { migrateToLatest } from '@flexprice/database/migrations'
import pg from 'pg'
import { testStack, testTemplate } from './config.ts'

export const roles = {
  owner: { name: 'flexprice_test_owner', password: 'owner' },
  app: { name: 'flexprice_test_app', password: 'app' },
} as const

/** Makes the roles and the migrated database that each test file's own is copied from: once a run, before any test file. */
export async function createTemplateDatabase(): Promise<void> {
  await asSuperuser(async (superuser) => {
    for (const role of Object.values(roles)) {
      await superuser.query(`do $$ begin
        create role ${role.name} login password '${role.password}' nosuperuser nobypassrls;
        exception when duplicate_object then null; end $$`)
    }
    await superuser.query(`drop database if exists ${testTemplate()} with (force)`)
    await superuser.query(`create database ${testTemplate()} owner ${roles.owner.name}`)
  })
  await migrateToLatest({ ownerUrl: databaseUrl(testTemplate(), roles.owner), appRole: roles.app.name })
}

export async function dropTemplateDatabase(): Promise<void> {
  await asSuperuser((superuser) => superuser.query(`drop database if exists ${testTemplate()} with (force)`))
}

export async function asSuperuser(work: (superuser: pg.Client) => Promise<unknown>): Promise<void> {
  const superuser = new pg.Client({ connectionString: testStack().postgresUrl })
  await superuser.connect()
  try {
    await work(superuser)
  } finally {
    await superuser.end()
  }
}

export function databaseUrl(database: string, role: { name: string; password: string }): string {
  const url = new URL(testStack().postgresUrl)
  url.username = role.name
  url.password = role.password
  url.pathname = `/${database}`
  return url.href
}
