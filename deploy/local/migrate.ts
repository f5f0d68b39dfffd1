import { migrateToLatest } from '@flexprice/database/migrations'
import type { DatabasePart } from './database.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

/** Brings the schema up to date and grants the services' role what it needs. */
export async function migrate(database: DatabasePart): Promise<{ readonly taken: string }> {
  const appRole = decodeURIComponent(new URL(database.appUrl).username)
  try {
    const applied = await migrateToLatest({ ownerUrl: database.ownerUrl, appRole })
    return { taken: applied.length === 0 ? 'nothing to do' : applied.join(', ') }
  } catch (error) {
    throw new StepFailure(
      'Migrations',
      reasonOf(error),
      'DATABASE_OWNER_URL must own the database. If the data is only a trial: npm run down -- --wipe starts afresh.',
    )
  }
}
