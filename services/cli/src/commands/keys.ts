import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { overlapSecondsMax } from '@flexprice/contracts/tenancy'
import type { Scoped } from '@flexprice/database/connection'
import type { ApiKeyRow } from '@flexprice/database/tenancy'
import { notFound } from '@flexprice/domain'
import { type CommandContext, outputOf } from '../command-context.ts'
import { fieldList, type Output, table } from '../output.ts'
import { futureInstant, span, wholeNumber } from './option-values.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'
import { tellGateways } from './tell-gateways.ts'
import { withScoped } from './with-scoped.ts'

const place = '--tenant tenant_01J… --environment env_01J…'

/** Keys are made beside the API: the first one of an environment has no key to be made with. */
export function addKeys(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(program, 'keys', 'API keys of an environment', `keys list ${place}`)
  addCreate(group, context)
  addList(group, context)
  addRotate(group, context)
  addRevoke(group, context)
}

function addCreate(group: CommandUnknownOpts, context: CommandContext): void {
  keyCommand(group, 'create', 'make a key; its secret is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--expires-at <instant>', 'when it ends by itself, such as 2027-01-31T00:00:00Z', futureInstant)
    .addHelpText('after', help(`keys create ${place} --name billing-job`))
    .action(async (options) => {
      const { name, expiresAt } = options
      const { createApiKey } = await import('@flexprice/database/tenancy')
      const made = await withScoped(context, options, (scoped) =>
        createApiKey(scoped, { name, ...(expiresAt === undefined ? {} : { expiresAt }) }),
      )
      printSecret(outputOf(context, options), { ...keyFields(made.row), secret: made.secret })
    })
}

function addList(group: CommandUnknownOpts, context: CommandContext): void {
  keyCommand(group, 'list', 'list keys, the newest first, without their secrets')
    .addOption(
      new Option(
        '--status <status>',
        'those that work (published), have expired (archived), were revoked (deleted)',
      )
        .choices(['published', 'archived', 'deleted'] as const)
        .default('published' as const),
    )
    .option('--limit <number>', 'at most so many', wholeNumber(1, limitMax), 50)
    .option('--offset <number>', 'leave out so many', wholeNumber(0, offsetMax), 0)
    .addHelpText('after', help(`keys list ${place}`, `keys list ${place} --status deleted --json`))
    .action(async (options) => {
      const { status, limit, offset } = options
      const { readTimeOfDay } = await import('@flexprice/database/connection')
      const { searchApiKeys } = await import('@flexprice/database/tenancy')
      const { items, total } = await withScoped(context, options, async (scoped) =>
        searchApiKeys(scoped, { status, limit, offset }, await readTimeOfDay(scoped)),
      )
      const keys = items.map(keyFields)
      const output = outputOf(context, options)
      output.result({ items: keys, pagination: { total, limit, offset } }, () =>
        table(['id', 'name', 'key', 'made', 'ends', 'last used'], keys.map(keyRow)),
      )
      const end = offset + keys.length
      if (end < total) output.note(`${end} of ${total}; more with --offset ${end}`)
    })
}

function addRotate(group: CommandUnknownOpts, context: CommandContext): void {
  keyCommand(group, 'rotate', 'make a new key in place of an old one, which works on for a while')
    .argument('<id>', "the old key's id")
    .addOption(
      new Option('--overlap <span>', 'how long the old key works on: 0s, 30m, 24h, 7d')
        .argParser(span(overlapDaysMax))
        .default(dayMs, '24h'),
    )
    .addHelpText('after', help(`keys rotate key_01J… ${place} --overlap 7d`))
    .action(async (keyId, options) => {
      const { inTransaction, readTimeOfDay } = await import('@flexprice/database/connection')
      const { findApiKeyHash, rotateApiKey } = await import('@flexprice/database/tenancy')
      const { made, old, hash } = await withScoped(context, options, (scoped) =>
        inTransaction(scoped, async (transaction) => {
          const now = await readTimeOfDay(transaction)
          const rotation = await rotateApiKey(transaction, { keyId, overlapMs: options.overlap, now })
          return { ...rotation, hash: await findApiKeyHash(transaction, keyId) }
        }),
      )
      const warning = hash && (await tellGateways(context, hash))
      const output = outputOf(context, options)
      printSecret(output, { ...keyFields(made.row), secret: made.secret, replaces: keyFields(old) })
      output.note(`The old key works until ${old.expires_at?.toISOString()}.`)
      if (warning) output.note(warning)
    })
}

function addRevoke(group: CommandUnknownOpts, context: CommandContext): void {
  keyCommand(group, 'revoke', 'end a key at once')
    .argument('<id>', "the key's id")
    .addHelpText('after', help(`keys revoke key_01J… ${place}`))
    .action(async (id, options) => {
      const { readTimeOfDay } = await import('@flexprice/database/connection')
      const { findApiKeyHash, revokeApiKey } = await import('@flexprice/database/tenancy')
      const revoke = async (scoped: Scoped) =>
        (await revokeApiKey(scoped, id, await readTimeOfDay(scoped))) ? findApiKeyHash(scoped, id) : undefined
      const hash = await withScoped(context, options, revoke)
      if (hash === undefined) throw notFound('API key', id)
      const warning = await tellGateways(context, hash)
      const output = outputOf(context, options)
      output.result({ id, revoked: true }, () => `Revoked ${id}`)
      if (warning) output.note(warning)
    })
}

const dayMs = 86_400_000
const overlapDaysMax = overlapSecondsMax / 86_400
const limitMax = 1_000
const offsetMax = 1_000_000

function keyCommand(group: CommandUnknownOpts, name: string, summary: string) {
  return jsonCommand(group, name, summary)
    .requiredOption('--tenant <id>', "the tenant's id")
    .requiredOption('--environment <id>', "the environment's id")
}

function help(...lines: readonly string[]): string {
  return `\nReads DATABASE_URL, and REDIS_URL to tell gateways of a key's end.\n${examples(...lines)}`
}

/** What of a key is shown. */
function keyFields(row: ApiKeyRow) {
  const { id, name, display_id, created_at, expires_at, revoked_at, last_used_at } = row
  return { id, name, display_id, created_at, expires_at, revoked_at, last_used_at }
}

function keyRow(key: ReturnType<typeof keyFields>): unknown[] {
  return [key.id, key.name, key.display_id, key.created_at, key.expires_at, key.last_used_at]
}

function printSecret(output: Output, key: object): void {
  output.result(key, () => fieldList(key))
  output.note('Keep the secret now: only its hash is stored.')
}
