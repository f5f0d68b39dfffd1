import type { Scoped } from '@flexprice/database/connection'
import { type CommandContext, configured } from '../command-context.ts'
import { databaseConfig } from '../config.ts'

/** Runs the work on the database as the operator, in the environment that was named. */
export async function withScoped<Result>(
  context: CommandContext,
  { tenant, environment }: { readonly tenant: string; readonly environment: string },
  work: (scoped: Scoped) => Promise<Result>,
): Promise<Result> {
  const settings = configured(context, databaseConfig)
  // Loaded here: the database's package takes longer to load than most commands to run.
  const { createDatabase } = await import('@flexprice/database/connection')
  await using database = createDatabase({ applicationName: 'cli', ...settings, poolSizeMax: 1 })
  const scope = { tenantId: tenant, environmentId: environment, ...operator }
  // Awaited here: the pool is closed on the way out.
  return await work(database.scoped(scope))
}

const operator = { userId: 'operator', requestId: 'cli' } as const
