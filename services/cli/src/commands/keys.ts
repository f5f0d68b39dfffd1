import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings'
import type { Scoped } from '@flexprice/database'
import { notFound } from '@flexprice/domain'
import { z } from 'zod'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { databaseConfig } from '../config.ts'
import { fieldList } from '../output.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'

/** Keys are made beside the API: the first one of an environment has no key to be made with. */
export function addKeys(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(program, 'keys', 'API keys of an environment', 'keys create --help')
  keyCommand(group, 'create', 'make a key; its secret is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--expires-at <instant>', 'when it ends by itself, such as 2027-01-31T00:00:00Z', futureInstant)
    .addHelpText('after', help('keys create --tenant tenant_01J… --environment env_01J… --name billing-job'))
    .action(async (options) => {
      const { name, expiresAt } = options
      const { createApiKey } = await import('@flexprice/database')
      const key = await withScoped(context, options, (scoped) =>
        createApiKey(scoped, { name, ...(expiresAt === undefined ? {} : { expiresAt }) }),
      )
      const output = outputOf(context, options)
      output.result(key, () => fieldList(key))
      output.note('Keep the secret now: only its hash is stored.')
    })

  keyCommand(group, 'revoke', 'end a key at once')
    .argument('<id>', "the key's id")
    .addHelpText('after', help('keys revoke key_01J… --tenant tenant_01J… --environment env_01J…'))
    .action(async (id, options) => {
      const { revokeApiKey } = await import('@flexprice/database')
      const revoked = await withScoped(context, options, (scoped) => revokeApiKey(scoped, id, new Date()))
      if (!revoked) throw notFound('A key in force', id)
      outputOf(context, options).result({ id, revoked }, () => `Revoked ${id}`)
    })
}

function keyCommand(group: CommandUnknownOpts, name: string, summary: string) {
  return jsonCommand(group, name, summary)
    .requiredOption('--tenant <id>', "the tenant's id")
    .requiredOption('--environment <id>', "the environment's id")
}

function help(...lines: readonly string[]): string {
  return `\nReads DATABASE_URL.\n${examples(...lines)}`
}

/** Runs the work as the operator, in the environment that was named. */
async function withScoped<Result>(
  context: CommandContext,
  { tenant, environment }: { readonly tenant: string; readonly environment: string },
  work: (scoped: Scoped) => Promise<Result>,
): Promise<Result> {
  const settings = configured(context, databaseConfig)
  const { createDatabase } = await import('@flexprice/database')
  await using database = createDatabase({ applicationName: 'cli', ...settings, poolSizeMax: 1 })
  const scope = { tenantId: tenant, environmentId: environment, ...operator }
  // Awaited here: the pool is closed on the way out.
  return await work(database.scoped(scope))
}

const operator = { userId: 'operator', requestId: 'cli' } as const

const instant = z.iso.datetime({ offset: true })

function futureInstant(text: string): Date {
  const parsed = instant.safeParse(text)
  if (!parsed.success) {
    throw new InvalidArgumentError('It must be an instant with a zone, such as 2027-01-31T00:00:00Z.')
  }
  const date = new Date(parsed.data)
  if (date.getTime() <= Date.now()) throw new InvalidArgumentError('It lies in the past.')
  return date
}
