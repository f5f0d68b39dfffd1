import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import {
  downloadSubscriptionChangeBulk,
  executeSubscriptionChangeBulk,
  getSubscriptionChangeBulk,
  previewSubscriptionChangeBulk,
} from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { usageFailure } from '../command-failure.ts'
import { fieldList } from '../output.ts'
import { startWorkflow } from '../start-workflow.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

/** Many subscriptions to another plan: previewed first, then exactly that. */
export function addBulkChanges(parent: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    parent,
    'bulk',
    'many subscriptions to another plan: previewed, looked at, then exactly that or nothing',
    'subscriptions bulk preview --plan plan_01J… --to plan_01J… --prorate --watch',
  )
  addPreview(group, context)
  addExecute(group, context)
  addShow(group, context)
  addCsv(group, context)
}

const id = ['<id>', 'the id that the preview has answered'] as const

function addPreview(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'preview', 'tell what it would credit and charge; nothing is changed')
    .addOption(new Option('--plan <id>', 'the subscriptions of this plan').conflicts('subscription'))
    .option('--subscription <ids...>', 'these subscriptions')
    .requiredOption('--to <plan>', "the other plan's id")
    .option('--at-period-end', 'each as its current period ends')
    .option('--supersede', 'in the place of changes that wait for the end of the period')
    .option('--currency <code>', "of the plan's those in it")
    .option('--billing-period <period>', "of the plan's those that have it")
    .option('--started-before <instant>', "of the plan's those that began before (RFC 3339)")
    .option('--prorate', 'what is paid beyond comes back, what is not paid is charged')
    .option('--idempotency-key <key>', 'the same key and fields are one preview')
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText(
      'after',
      examples('subscriptions bulk preview --subscription subs_01J… subs_01K… --to plan_01J… --wait'),
    )
    .action(async (options) => {
      const { plan, subscription, to, idempotencyKey, startedBefore, billingPeriod } = options
      if (plan === undefined && subscription === undefined) {
        throw usageFailure('Whose plan is to be changed is missing', 'Give --plan or --subscription.')
      }
      const body = {
        ...{ plan_id: plan, subscription_ids: subscription, target_plan_id: to },
        proration_behavior: options.prorate ? 'create_prorations' : 'none',
        change_at: options.atPeriodEnd ? 'end_of_period' : 'immediate',
        ...(options.supersede && { supersede: true }),
        ...{ currency: options.currency, billing_period: billingPeriod, started_before: startedBefore },
      }
      const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      await startWorkflow(session, previewSubscriptionChangeBulk, { body, headers }, followingOf(options))
    })
}

function addExecute(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'execute', 'change exactly what was previewed; nothing where that is not so any more')
    .argument(...id)
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText('after', examples('subscriptions bulk execute bulk_01J… --watch'))
    .action(async (bulk_change_id, options) => {
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      const request = { body: { bulk_change_id } }
      await startWorkflow(session, executeSubscriptionChangeBulk, request, followingOf(options))
    })
}

function addShow(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'show', 'show its totals, as previewed and as made, and who is left out')
    .argument(...id)
    .action(async (bulkChangeId, options) => {
      const request = { params: { id: bulkChangeId } }
      const answer = await apiOf(context, options).call(getSubscriptionChangeBulk, request)
      const told = getSubscriptionChangeBulk.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList(told))
    })
}

function addCsv(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'csv', 'print a row a subscription, as CSV')
    .argument(...id)
    .addHelpText('after', examples('subscriptions bulk csv bulk_01J… > change.csv'))
    .action(async (bulkChangeId, options) => {
      const request = { params: { id: bulkChangeId }, takesText: true } as const
      const { text } = await apiOf(context, options).call(downloadSubscriptionChangeBulk, request)
      context.stdout.write(text)
    })
}
