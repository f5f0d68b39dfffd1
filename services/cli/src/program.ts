import { Command } from '@commander-js/extra-typings'
import { declaredVariables } from '@flexprice/configuration'
import manifest from '../package.json' with { type: 'json' }
import type { CommandContext } from './command-context.ts'
import { addBilling } from './commands/billing.ts'
import { addClock } from './commands/clock.ts'
import { addDeployments } from './commands/deployments.ts'
import { addEvents } from './commands/events.ts'
import { addImport } from './commands/import.ts'
import { addKeys } from './commands/keys.ts'
import { addMigrate } from './commands/migrate.ts'
import { examples } from './commands/options.ts'
import { addPlans } from './commands/plans.ts'
import { addQueues } from './commands/queues.ts'
import { addRun } from './commands/run.ts'
import { addSchedules } from './commands/schedules.ts'
import { addSearchAttributes } from './commands/search-attributes.ts'
import { addSubscriptions } from './commands/subscriptions.ts'
import { addTasks } from './commands/tasks.ts'
import { addTenancy } from './commands/tenancy.ts'
import { addWorkflows } from './commands/workflows.ts'
import { readVariables } from './config.ts'
import { exitCodesHelp } from './exit-codes.ts'

/** The whole command line. It throws what would end the process, and prints nothing of a failure. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('flexprice')
    .description("The operator's command line of FlexPrice workflows.")
    .version(manifest.version, '--version', 'the version of this program')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // Failures are told in one place, for people or as JSON.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `\nEnvironment variables:\n${variablesHelp()}${exitCodesHelp}\n${examples(
        'plans sync plan_01J… --watch',
        'workflows list --status Running --json',
        'help workflows result',
      )}`,
    )
  addRun(program, context)
  addPlans(program, context)
  addBilling(program, context)
  addImport(program, context)
  addTasks(program, context)
  addClock(program, context)
  addSubscriptions(program, context)
  addWorkflows(program, context)
  addQueues(program, context)
  addSchedules(program, context)
  addDeployments(program, context)
  addSearchAttributes(program, context)
  addMigrate(program, context)
  addTenancy(program, context)
  addEvents(program, context)
  addKeys(program, context)
  return program
}

function variablesHelp(): string {
  const variables = declaredVariables(readVariables)
  const width = Math.max(...variables.map(({ name }) => name.length))
  return variables.map(({ name, meaning }) => `  ${name.padEnd(width)}  ${meaning}\n`).join('')
}
