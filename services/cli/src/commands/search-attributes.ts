import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { temporalConfig } from '../config.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'

export function addSearchAttributes(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'search-attributes',
    'by what Temporal finds our workflows; reads TEMPORAL_ADDRESS and its siblings',
    'search-attributes apply',
  )
  jsonCommand(
    group,
    'apply',
    'make those that the namespace lacks; Temporal Cloud makes them by its own console',
  )
    .addHelpText('after', examples('search-attributes apply'))
    .action(async (options) => {
      const settings = configured(context, temporalConfig)
      // Loaded here: Temporal's client takes longer to load than most commands to run.
      const { createTemporal } = await import('@flexprice/temporal-client')
      await using temporal = createTemporal(settings)
      const made = await temporal.applySearchAttributes()
      outputOf(context, options).result({ made }, () =>
        made.length === 0 ? 'Nothing to do.' : made.map((name) => `Made ${name}`).join('\n'),
      )
    })
}
