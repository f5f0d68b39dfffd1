import { createTemplateDatabase } from './template-database.ts'

/** Vitest's global setup: one migrated template for the run. */
export async function setup(): Promise<void> {
  await createTemplateDatabase()
}
