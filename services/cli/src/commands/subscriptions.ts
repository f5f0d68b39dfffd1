import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import {
  cancelSubscription,
  executeSubscriptionPlanChangeV2,
  pauseSubscription,
  previewSubscriptionCancellation,
  previewSubscriptionPause,
  previewSubscriptionPlanChangeV2,
  previewSubscriptionResume,
  resumeSubscription,
} from '@flexprice/contracts/operations'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { fieldList } from '../output.ts'
import { addBulkChanges } from './bulk-changes.ts'
import { apiCommand, commandGroup, examples } from './options.ts'

export function addSubscriptions(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'subscriptions',
    'running subscriptions: how they change, end, and stand still; --preview tells what it would cost, to the cent',
    'subscriptions cancel subs_01J… --prorate --preview',
  )
  addChange(group, context)
  addBulkChanges(group, context)
  addCancel(group, context)
  addPause(group, context)
  addResume(group, context)
}

const prorate = ['--prorate', 'what is paid beyond comes back, what is not paid is charged'] as const
const previewOption = ['--preview', 'tell what it would do, and write nothing'] as const
const key = ['--idempotency-key <key>', 'the same key and fields do it once'] as const

function addChange(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'change', 'change a subscription to another plan: now, unless told otherwise')
    .argument('<id>', "the subscription's id")
    .requiredOption('--to <plan>', "the other plan's id")
    .option('--at-period-end', 'as its current period ends')
    .option('--supersede', 'in the place of a change that waits for the end of the period')
    .option(...prorate)
    .option(...previewOption)
    .option(...key)
    .addHelpText('after', examples('subscriptions change subs_01J… --to plan_01J… --prorate --preview'))
    .action(async (id, { to, atPeriodEnd, supersede, prorate: isProrated, ...options }) => {
      const body = {
        target_plan_id: to,
        proration_behavior: behavior(isProrated),
        change_at: atPeriodEnd ? 'end_of_period' : 'immediate',
        ...(supersede && { on_conflict_policies: { on_pending_schedule: 'supersede' } }),
      }
      const operation = options.preview ? previewSubscriptionPlanChangeV2 : executeSubscriptionPlanChangeV2
      const answer = await apiOf(context, options).call(operation, request(id, body, options))
      const { subscription: _, ...told } = operation.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList(told))
    })
}

function addCancel(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'cancel', 'end a subscription: now, unless told otherwise')
    .argument('<id>', "the subscription's id")
    .option('--at-period-end', 'with its current period')
    .addOption(
      new Option(
        '--at <instant>',
        'at an instant (RFC 3339), also one inside the current period that has passed',
      ).conflicts('atPeriodEnd'),
    )
    .addOption(
      new Option(
        '--without-invoice',
        'leave the usage and the arrear since the last invoice unbilled; now only',
      ).conflicts(['at', 'atPeriodEnd']),
    )
    .option('--reason <text>', 'why')
    .option(...prorate)
    .option(...previewOption)
    .option(...key)
    .addHelpText('after', examples('subscriptions cancel subs_01J… --at-period-end'))
    .action(async (id, { atPeriodEnd, at, withoutInvoice, reason, prorate: isProrated, ...options }) => {
      const type = at === undefined ? (atPeriodEnd ? 'end_of_period' : 'immediate') : 'scheduled_date'
      const body = {
        ...{ cancellation_type: type, cancel_at: at, reason, proration_behavior: behavior(isProrated) },
        ...(withoutInvoice && { cancel_immediately_invoice_policy: 'skip' }),
      }
      const operation = options.preview ? previewSubscriptionCancellation : cancelSubscription
      const answer = await apiOf(context, options).call(operation, request(id, body, options))
      const told = operation.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList(told))
    })
}

function addPause(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'pause', 'let a subscription stand still: from now on, unless told otherwise')
    .argument('<id>', "the subscription's id")
    .option('--at-period-end', 'from the end of its current period on')
    .option('--reason <text>', 'why')
    .option(...prorate)
    .option(...previewOption)
    .option(...key)
    .addHelpText('after', examples('subscriptions pause subs_01J… --prorate --preview'))
    .action(async (id, { atPeriodEnd, reason, prorate: isProrated, ...options }) => {
      const body = { pause_mode: mode(atPeriodEnd), reason, proration_behavior: behavior(isProrated) }
      const operation = options.preview ? previewSubscriptionPause : pauseSubscription
      const answer = await apiOf(context, options).call(operation, request(id, body, options))
      const told = operation.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList('pause' in told ? told.pause : told))
    })
}

function addResume(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'resume', 'let a paused subscription go on: from now on, unless told otherwise')
    .argument('<id>', "the subscription's id")
    .option('--at-period-end', 'from the end of its current period on')
    .option(...prorate)
    .option(...previewOption)
    .option(...key)
    .addHelpText('after', examples('subscriptions resume subs_01J… --prorate --preview'))
    .action(async (id, { atPeriodEnd, prorate: isProrated, ...options }) => {
      const body = { resume_mode: mode(atPeriodEnd), proration_behavior: behavior(isProrated) }
      const operation = options.preview ? previewSubscriptionResume : resumeSubscription
      const answer = await apiOf(context, options).call(operation, request(id, body, options))
      const told = operation.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () => fieldList('pause' in told ? told.pause : told))
    })
}

function request(id: string, body: object, { idempotencyKey }: { idempotencyKey?: string | undefined }) {
  const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
  return { params: { id }, body, headers }
}

function behavior(isProrated: true | undefined): string {
  return isProrated ? 'create_prorations' : 'none'
}

function mode(atPeriodEnd: true | undefined): string {
  return atPeriodEnd ? 'period_end' : 'immediate'
}
