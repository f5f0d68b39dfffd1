import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { databaseConfig, ownerConfig } from '../config.ts'
import { examples, jsonCommand } from './options.ts'

export function addMigrate(program: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(
    program,
    'migrate',
    'bring the database to the present schema, and grant the services their rights',
  )
    .addHelpText(
      'after',
      `\nReads DATABASE_OWNER_URL, whose role owns the schema, and DATABASE_URL, whose role the services use.
Safe to run twice, and from two places at once.\n${examples('migrate')}`,
    )
    .action(async (options) => {
      const { ownerUrl } = configured(context, ownerConfig)
      const { url } = configured(context, databaseConfig)
      // Loaded here: the database's package takes longer to load than most commands to run.
      const { migrateToLatest } = await import('@flexprice/database/migrations')
      const applied = await migrateToLatest({
        ownerUrl,
        appRole: decodeURIComponent(new URL(url.replace('@/', '@localhost/')).username),
      })
      outputOf(context, options).result({ applied }, () =>
        applied.length === 0 ? 'Nothing to do.' : applied.map((name) => `Applied ${name}`).join('\n'),
      )
    })
}
