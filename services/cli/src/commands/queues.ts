import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { metricsConfig } from '../config.ts'
import { table } from '../output.ts'
import { readQueueMetrics } from '../queue-metrics.ts'
import { examples, jsonCommand } from './options.ts'

export function addQueues(program: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(program, 'queues', "backlog, age of the oldest task and pollers of the platform's task queues")
    .option('--metrics-url <url>', "a gateway's address with its metrics port (FLEXPRICE_METRICS_URL)")
    .addHelpText('after', examples('queues', 'queues --json'))
    .action(async (options) => {
      const config = configured(context, metricsConfig, { FLEXPRICE_METRICS_URL: options.metricsUrl })
      const queues = await readQueueMetrics(config)
      const items = queues.map(({ name, backlog, oldestSeconds, pollers }) => ({
        name,
        workflow: workflowOf(context, name),
        backlog,
        backlog_age_ms: Math.round(oldestSeconds * msPerSecond),
        pollers,
      }))
      const rows = items.map((item) => [
        item.name,
        item.workflow,
        item.backlog,
        `${item.backlog_age_ms / msPerSecond} s`,
        item.pollers,
      ])
      const headings = ['queue', 'workflow', 'backlog', 'oldest', 'pollers']
      outputOf(context, options).result({ items }, () => table(headings, rows))
    })
}

const msPerSecond = 1_000

function workflowOf({ workflows }: CommandContext, taskQueue: string): string | undefined {
  return Object.values(workflows).find(({ definition }) => definition.taskQueue === taskQueue)?.definition
    .name
}
