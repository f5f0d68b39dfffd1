import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { cancelWorkflow, getWorkflow, queryWorkflow } from '@flexprice/contracts/operations'
import { workflowStatus } from '@flexprice/contracts/wire'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { askForResult, followWorkflow, printOutcome } from '../follow-workflow.ts'
import { catchInterruption } from '../interruption.ts'
import { fieldList, table } from '../output.ts'
import { wholeNumber } from './option-values.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

export function addWorkflows(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'workflows',
    'what runs and what ran, in the environment of the key',
    'workflows list --status Running',
  )
  addList(group, context)
  addShow(group, context)
  addResult(group, context)
  addCancel(group, context)
}

const runOption = ['--run-id <id>', 'this run of it; the newest unless told'] as const
const limitMax = 1_000
const offsetMax = 1_000_000

function addList(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'list', 'list workflows, the newest first')
    .addOption(new Option('--workflow <name>', 'of this kind only').choices(Object.keys(context.workflows)))
    .option('--status <status>', `in this state only: ${workflowStatus.options.join(', ')}`)
    .option('--entity-id <id>', 'that work on this record only')
    .option('--limit <number>', 'at most so many', wholeNumber(1, limitMax), 50)
    .option('--offset <number>', 'leave out so many', wholeNumber(0, offsetMax), 0)
    .addHelpText('after', examples('workflows list --workflow price-sync --status Running'))
    .action(async (options) => {
      const { workflow, status, entityId, limit, offset } = options
      const answer = await apiOf(context, options).call(queryWorkflow, {
        body: {
          workflow_type: workflow && context.workflows[workflow]?.definition.type,
          workflow_status: status,
          entity_id: entityId,
          limit,
          offset,
        },
      })
      const output = outputOf(context, options)
      const { items, pagination } = queryWorkflow.schema.response[200].parse(answer.body)
      const rows = items.map((item) => [item.workflow_id, item.status, item.start_time, item.total_duration])
      output.result(answer.text, () => table(['workflow id', 'status', 'started', 'duration'], rows))
      const end = offset + items.length
      if (end < pagination.total) output.note(`${end} of ${pagination.total}; more with --offset ${end}`)
    })
}

function addShow(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'show', 'show a workflow, with its progress while it runs')
    .argument('<workflow-id>')
    .option(...runOption)
    .addHelpText('after', examples('workflows show price-sync:env_01J…:plan_01J…'))
    .action(async (workflow_id, options) => {
      const answer = await apiOf(context, options).call(getWorkflow, {
        params: { workflow_id },
        query: { run_id: options.runId },
      })
      const workflow = getWorkflow.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList(workflow))
    })
}

function addResult(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'result', "print a workflow's state and result; exits with 1 if it has not completed")
    .argument('<workflow-id>')
    .option(...runOption)
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText('after', examples('workflows result price-sync:env_01J…:plan_01J… --wait --json'))
    .action(async (workflow_id, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      const execution = { workflow_id, run_id: options.runId }
      const following = followingOf(options)
      if (following === undefined) {
        printOutcome(session.output, await askForResult(session.api, execution))
        return
      }
      using interruption = catchInterruption()
      await followWorkflow(session, execution, following, interruption.signal)
    })
}

function addCancel(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'cancel', 'ask a running workflow to stop; what it has finished stays')
    .argument('<workflow-id>')
    .option(...runOption)
    .addHelpText('after', examples('workflows cancel price-sync:env_01J…:plan_01J…'))
    .action(async (workflow_id, options) => {
      const answer = await apiOf(context, options).call(cancelWorkflow, {
        params: { workflow_id },
        query: { run_id: options.runId },
      })
      const cancelled = cancelWorkflow.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList(cancelled))
    })
}
