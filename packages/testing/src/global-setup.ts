import { createTemplateDatabase, dropTemplateDatabase } from './template-database.ts'

/** Vitest's global setup: one migrated template for the run. */
export async function setup(): Promise<void> {
  await createTemplateDatabase()
}

export async function teardown(): Promise<void> {
  await dropTemplateDatabase()
}
