import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { getUsageStatistics, listEventConflicts } from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { table } from '../output.ts'
import { apiCommand, examples } from './options.ts'

const listed = listEventConflicts.schema.response[200]
const reported = getUsageStatistics.schema.response[200]

/** What events have used, and which of them conflict, as somebody with an API key sees it. */
export function addEventReports(events: CommandUnknownOpts, context: CommandContext): void {
  addConflicts(events, context)
  addUsage(events, context)
}

function addConflicts(events: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(events, 'conflicts', 'events that came under an id which another content had taken')
    .option('--customer <id>', "the customer's external id, of either content")
    .option('--event <name>', "the event's name, of either content")
    .option('--from <instant>', 'the first instant of the events that count')
    .option('--to <instant>', 'the instant before which they are')
    .option('--limit <count>', 'how many', '20')
    .option('--cursor <cursor>', 'the page behind one, as its JSON says')
    .addHelpText('after', examples('events conflicts --customer ada', 'events conflicts --json'))
    .action(async ({ customer, event, from, to, limit, cursor, ...options }) => {
      const query = {
        ...{ external_customer_id: customer, event_name: event, start_time: from, end_time: to },
        ...{ limit, cursor },
      }
      const answer = await apiOf(context, options).call(listEventConflicts, { query })
      outputOf(context, options).result(answer.text, () => {
        const rows = listed
          .parse(answer.body)
          .items.map(({ event_id, kept, differs, times, last_sent_at }) => [
            ...[event_id, kept.external_customer_id, kept.event_name, differs.join(', '), times],
            last_sent_at.toISOString(),
          ])
        return table(['event', 'customer', 'name', 'differs', 'times', 'last sent'], rows)
      })
    })
}

function addUsage(events: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(events, 'usage', 'what events of a name come to, by groups if wanted')
    .argument('<event>', "the events' name")
    .option('--aggregation <type>', 'COUNT, SUM, AVG, COUNT_UNIQUE, LATEST, MAX or WEIGHTED_SUM', 'COUNT')
    .option('--property <name>', 'what is aggregated, but for COUNT')
    .option('--by <names...>', 'source, external_customer_id, or a property as properties.model')
    .option('--customer <id>', "the customer's external id; without, of every customer, by groups")
    .option('--from <instant>', 'the first instant; 30 days before the end, unless told')
    .option('--to <instant>', 'the instant before which it ends; now, unless told')
    .option('--limit <count>', 'how many groups of a page', '100')
    .option('--cursor <cursor>', 'the page behind one, as its JSON says')
    .addHelpText(
      'after',
      examples('events usage call --aggregation SUM --property tokens --by properties.model'),
    )
    .action(async (name, options) => {
      const { aggregation, property, by, customer, from, to, limit, cursor } = options
      const page = by && { group_by: by, limit: Number(limit), cursor }
      const body = {
        ...{ event_name: name, aggregation_type: aggregation, property_name: property },
        ...{ external_customer_id: customer, start_time: from, end_time: to, ...page },
      }
      const answer = await apiOf(context, options).call(getUsageStatistics, { body })
      outputOf(context, options).result(answer.text, () => {
        const { value, event_count, groups = [] } = reported.parse(answer.body)
        const names = by ?? []
        const rows = groups.map((group) => [
          ...names.map((key) => group.grouped_by[key]),
          ...[group.value, group.event_count],
        ])
        return table([...names, 'value', 'events'], [...rows, [...names.map(() => ''), value, event_count]])
      })
    })
}
