import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import {
  cancelBillingRun,
  createBillingRun,
  getBillingRun,
  listBillingFailures,
  listBillingRuns,
  retryBillingFailure,
} from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { fieldList, table } from '../output.ts'
import { startWorkflow } from '../start-workflow.ts'
import { wholeNumber } from './option-values.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

export function addBilling(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'billing',
    'billing runs: the schedule makes one wherever something is due; these are for looking, and for not waiting',
    'billing run --dry-run --watch',
  )
  addBillingRun(group, context)
  addList(group, context)
  addShow(group, context)
  addFailures(group, context)
  addRetry(group, context)
  addCancel(group, context)
}

const limitMax = 1_000
const limitOption = ['--limit <number>', 'at most so many', wholeNumber(1, limitMax), 50] as const
const cursorOption = ['--cursor <cursor>', 'go on behind a page that said so'] as const

function addBillingRun(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'run', 'bill what is due now')
    .option('--as-of <instant>', 'what was due by then (RFC 3339); not ahead of now')
    .option('--subscription <ids...>', 'these only, as far as they are due')
    .option('--dry-run', 'tell what would be billed, and write nothing')
    .option('--idempotency-key <key>', 'the same key and fields within 24 h start it once')
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText(
      'after',
      examples('billing run --watch', 'billing run --subscription subs_01J… --dry-run --wait'),
    )
    .action(async (options) => {
      const { asOf: as_of, subscription: subscription_ids, dryRun: dry_run, idempotencyKey } = options
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
      const request = { body: { as_of, subscription_ids, dry_run }, headers }
      await startWorkflow(session, createBillingRun, request, followingOf(options))
    })
}

function addList(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'list', 'list the runs that had something to do, the newest first')
    .option(...limitOption)
    .option(...cursorOption)
    .addHelpText('after', examples('billing list --limit 10'))
    .action(async (options) => {
      const { limit, cursor } = options
      const answer = await apiOf(context, options).call(listBillingRuns, {
        query: { limit: String(limit), cursor },
      })
      const { items, next_cursor } = listBillingRuns.schema.response[200].parse(answer.body)
      const headings = ['run', 'status', 'by', 'as of', 'billed', 'failed', 'created', 'finalized', 'totals']
      const rows = items.map((run) => [
        ...[run.id, run.status, run.dry_run ? `${run.trigger}, dry` : run.trigger, run.as_of],
        ...[run.subscriptions_billed, run.subscriptions_failed, run.invoices_created, run.invoices_finalized],
        totalsText(run.totals),
      ])
      const output = outputOf(context, options)
      output.result(answer.text, () => table(headings, rows))
      noteNext(output, next_cursor)
    })
}

function addShow(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'show', 'show a run, with its counts while it runs')
    .argument('<run-id>')
    .addHelpText('after', examples('billing show bill_01J…'))
    .action(async (id, options) => {
      const answer = await apiOf(context, options).call(getBillingRun, { params: { id } })
      const run = getBillingRun.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () =>
        fieldList({ ...run, totals: totalsText(run.totals) }),
      )
    })
}

function addFailures(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'failures', 'list what a run could not bill, why, and when it is tried again')
    .argument('<run-id>')
    .option(...limitOption)
    .option(...cursorOption)
    .addHelpText('after', examples('billing failures bill_01J…'))
    .action(async (id, options) => {
      const { limit, cursor } = options
      const request = { params: { id }, query: { limit: String(limit), cursor } }
      const answer = await apiOf(context, options).call(listBillingFailures, request)
      const { items, next_cursor } = listBillingFailures.schema.response[200].parse(answer.body)
      const rows = items.map(({ subscription_id, work, error, attempts, next_attempt_at }) => [
        ...[subscription_id, work, error.code, error.message, attempts, next_attempt_at],
      ])
      const output = outputOf(context, options)
      output.result(answer.text, () =>
        table(['subscription', 'work', 'code', 'reason', 'attempts', 'next'], rows),
      )
      noteNext(output, next_cursor)
    })
}

function addRetry(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'retry', 'try a subscription again at once that a run could not bill')
    .argument('<run-id>')
    .argument('<subscription-id>')
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText('after', examples('billing retry bill_01J… subs_01J… --watch'))
    .action(async (id, subscription_id, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      const request = { params: { id, subscription_id } }
      await startWorkflow(session, retryBillingFailure, request, followingOf(options))
    })
}

function addCancel(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(
    group,
    'cancel',
    'stop a run between two pages; what it has billed stays, the rest is due as before',
  )
    .argument('<run-id>')
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText('after', examples('billing cancel bill_01J…'))
    .action(async (id, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      await startWorkflow(session, cancelBillingRun, { params: { id } }, followingOf(options))
    })
}

function totalsText(totals: readonly { readonly currency: string; readonly total: string }[]): string {
  return totals.map(({ currency, total }) => `${total} ${currency}`).join(', ')
}

function noteNext(output: ReturnType<typeof outputOf>, cursor: string | undefined): void {
  if (cursor !== undefined) output.note(`More with --cursor ${cursor}`)
}
