import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import {
  downloadTaskExport,
  getTask,
  getTaskRevert,
  listTasks,
  revertTask,
  updateTaskStatus,
} from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { fieldList, table } from '../output.ts'
import { startWorkflow } from '../start-workflow.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

const listed = listTasks.schema.response[200]

/** What imports have come to. */
export function addTasks(program: CommandUnknownOpts, context: CommandContext): void {
  const tasks = commandGroup(program, 'tasks', 'imports of files', 'tasks rejected task_01J… > rejected.csv')
  apiCommand(tasks, 'list', 'the newest tasks')
    .option('--status <status>', 'PENDING, PROCESSING, COMPLETED or FAILED')
    .option('--limit <count>', 'how many', '20')
    .action(async ({ status, limit, ...options }) => {
      const answer = await apiOf(context, options).call(listTasks, { query: { task_status: status, limit } })
      outputOf(context, options).result(answer.text, () => {
        const rows = listed
          .parse(answer.body)
          .items.map((task) => [
            task.id,
            task.entity_type,
            task.task_status,
            task.processed_records,
            task.failed_records,
            task.file_name,
            task.error_summary,
          ])
        return table(['task', 'entity', 'status', 'rows', 'rejected', 'file', 'error'], rows)
      })
    })
  apiCommand(tasks, 'show', 'a task with its counts')
    .argument('<id>', "the task's id")
    .action(async (id, options) => {
      const answer = await apiOf(context, options).call(getTask, { params: { id } })
      outputOf(context, options).result(answer.text, () => fieldList(Object(answer.body)))
    })
  apiCommand(tasks, 'rejected', 'the rows that were rejected, as CSV: number, field, reason, the row')
    .argument('<id>', "the task's id")
    .addHelpText('after', examples('tasks rejected task_01J… > rejected.csv'))
    .action(async (id, options) => {
      const headers = { accept: 'text/csv' }
      const request = { params: { id }, headers, takesText: true } as const
      const { text } = await apiOf(context, options).call(downloadTaskExport, request)
      context.stdout.write(text)
    })
  apiCommand(tasks, 'cancel', 'stop a task after the page that it is at; what it has imported stays')
    .argument('<id>', "the task's id")
    .action(async (id, options) => {
      const request = { params: { id }, body: { task_status: 'FAILED' } }
      const answer = await apiOf(context, options).call(updateTaskStatus, request)
      outputOf(context, options).result(answer.text, () => fieldList(Object(answer.body)))
    })
  addRevert(tasks, context)
}

function addRevert(tasks: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(tasks, 'revert', "take an import back: what it made goes, and its events' ids are free again")
    .argument('<id>', "the task's id")
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText('after', examples('tasks revert task_01J… --watch'))
    .action(async (id, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      await startWorkflow(session, revertTask, { params: { id } }, followingOf(options))
    })
  apiCommand(tasks, 'kept', 'what a revert has left: records in use, and those that the import only changed')
    .argument('<id>', "the task's id")
    .option('--limit <count>', 'how many', '50')
    .option('--offset <count>', 'how many to pass over', '0')
    .action(async (id, { limit, offset, ...options }) => {
      const request = { params: { id }, query: { limit, offset } }
      const answer = await apiOf(context, options).call(getTaskRevert, request)
      outputOf(context, options).result(answer.text, () => {
        const { items } = kept.parse(answer.body)
        return table(
          ['record', 'outcome', 'reason'],
          items.map(({ record_id, outcome, reason }) => [record_id, outcome, reason]),
        )
      })
    })
}

const kept = getTaskRevert.schema.response[200]
