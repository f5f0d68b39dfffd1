import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { listQueues } from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { table } from '../output.ts'
import { apiCommand, examples } from './options.ts'

export function addQueues(program: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(program, 'queues', 'backlog, age of the oldest task and pollers of each task queue')
    .addHelpText('after', examples('queues', 'queues --json'))
    .action(async (options) => {
      const answer = await apiOf(context, options).call(listQueues)
      const { items } = listQueues.schema.response[200].parse(answer.body)
      const rows = items.map((queue) => [
        queue.name,
        queue.workflow,
        queue.backlog,
        `${queue.backlog_age_ms / msPerSecond} s`,
        queue.pollers,
      ])
      const headings = ['queue', 'workflow', 'backlog', 'oldest', 'pollers']
      outputOf(context, options).result(answer.text, () => table(headings, rows))
    })
}

const msPerSecond = 1_000
