import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { syncPlanPrices } from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { startWorkflow } from '../start-workflow.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

export function addPlans(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'plans',
    'plans and their subscriptions',
    'plans sync plan_01J… --watch',
  )
  apiCommand(group, 'sync', "bring a plan's prices to all of its subscriptions")
    .argument('<id>', "the plan's id")
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText(
      'after',
      `\nThe friendly name of: run price-sync --plan-id ID. Asking twice is safe.\n${examples(
        'plans sync plan_01J… --watch',
        'plans sync plan_01J… --wait --json | jq .result.prices_added',
      )}`,
    )
    .action(async (id, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      await startWorkflow(session, syncPlanPrices, { params: { id } }, followingOf(options))
    })
}
