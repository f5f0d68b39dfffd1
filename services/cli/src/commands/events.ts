import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { ownerConfig } from '../config.ts'
import { addEventReports } from './event-reports.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'

const example = 'events drop-before 2025-01 --yes'

/** What events come to; and their retention: whole months go, of all tenants, by the owner's connection. */
export function addEvents(program: CommandUnknownOpts, context: CommandContext): void {
  const events = commandGroup(program, 'events', 'usage events', example)
  addEventReports(events, context)
  jsonCommand(events, 'drop-before', 'drop the months of usage events before one, of all tenants')
    .argument('<month>', 'the first month that stays, as 2025-01 (UTC)', firstInstant)
    .option('--yes', 'drop them; without, only tell which would go')
    .option('--unbilled-too', 'also where their usage is still to be billed, which then bills less')
    .addHelpText(
      'after',
      `\nReads DATABASE_OWNER_URL. The ids of dropped events are kept, so that none of them can come again.\n${examples('events drop-before 2025-01', example)}`,
    )
    .action(async (before, options) => {
      const { ownerUrl } = configured(context, ownerConfig)
      const { dropEventMonths } = await import('@flexprice/database/events')
      const dryRun = options.yes !== true
      const unbilledToo = options.unbilledToo === true
      const { months, eventsOfTheRest } = await dropEventMonths(ownerUrl, { before, dryRun, unbilledToo })
      const answer = { dropped: !dryRun, months, events_of_the_rest: eventsOfTheRest, kept: 'event ids' }
      outputOf(context, options).result(answer, () => {
        if (months.length === 0 && eventsOfTheRest === 0) return 'Nothing to do.'
        const what = `${months.length} months (${months.join(', ')}) and ${eventsOfTheRest} older events`
        return dryRun
          ? `${what} would be dropped, and their ids kept for deduplication. Again with --yes drops them.`
          : `Dropped ${what}. Their ids are kept for deduplication.`
      })
    })
}

function firstInstant(text: string): Date {
  const date = new Date(`${text}-01T00:00:00Z`)
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return date
  throw new InvalidArgumentError('It must be a month, as 2025-01.')
}
