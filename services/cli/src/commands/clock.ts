import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings'
import { getEnvironmentClock, moveEnvironmentClock } from '@flexprice/contracts/operations'
import { instantRule, parseInstant } from '@flexprice/contracts/wire'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { fieldList } from '../output.ts'
import { startWorkflow } from '../start-workflow.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

/** The key's own, whose id its holder need not know. */
const params = { id: 'current' } as const

export function addClock(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'clock',
    'the test clock of a development environment: a month of billing in a second',
    'clock advance --to 2027-02-01T00:00:00Z --watch',
  )
  addShow(group, context)
  addAdvance(group, context)
}

function addShow(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'show', 'show what time it is in the environment of the key, and where a move goes on to')
    .addHelpText('after', examples('clock show'))
    .action(async (options) => {
      const answer = await apiOf(context, options).call(getEnvironmentClock, { params })
      const { move, ...clock } = getEnvironmentClock.schema.response[200].parse(answer.body)
      outputOf(context, options).result(answer.text, () =>
        fieldList({ ...clock, ...(move ? { moves_to: move.to, workflow_id: move.workflow_id } : {}) }),
      )
    })
}

function addAdvance(group: CommandUnknownOpts, context: CommandContext): void {
  apiCommand(group, 'advance', 'move the clock forward, and bill what falls due on the way')
    .requiredOption('--to <instant>', 'where to (RFC 3339); at most ten years on', anyInstant)
    .option('--idempotency-key <key>', 'the same key and instant within 24 h start it once')
    .option(...waitOption)
    .option(...watchOption)
    .addHelpText('after', examples('clock advance --to 2027-02-01T00:00:00Z --watch'))
    .action(async (options) => {
      const { to, idempotencyKey } = options
      const session = { api: apiOf(context, options), output: outputOf(context, options) }
      const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
      const request = { params, body: { now: to.toISOString() }, headers }
      await startWorkflow(session, moveEnvironmentClock, request, followingOf(options))
    })
}

function anyInstant(text: string): Date {
  const date = parseInstant(text)
  if (date !== undefined) return date
  throw new InvalidArgumentError(`It ${instantRule}.`)
}
