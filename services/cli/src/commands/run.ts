import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import type { Operation } from '@flexprice/contracts/wire'
import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import { z } from 'zod'
import type { ApiRequest } from '../api-client.ts'
import { apiOf, type CommandContext, outputOf } from '../command-context.ts'
import { usageFailure } from '../command-failure.ts'
import { readJsonInput } from '../json-input.ts'
import { type OperationField, operationFields } from '../operation-fields.ts'
import { startWorkflow } from '../start-workflow.ts'
import { apiCommand, commandGroup, examples, followingOf, waitOption, watchOption } from './options.ts'

/** `run <workflow>`: a command for each workflow that callers may start, made of its definition and its operation. */
export function addRun(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(program, 'run', 'start a workflow', 'run price-sync --help')
  for (const { definition } of Object.values(context.workflows)) {
    const operation = context.operations.find(({ operationId }) => operationId === definition.startedBy)
    if (operation !== undefined) addRunOne(group, context, definition, operation)
  }
}

function addRunOne(
  group: CommandUnknownOpts,
  context: CommandContext,
  definition: WorkflowDefinition,
  operation: Operation,
): void {
  const command = apiCommand(group, definition.name, definition.summary)
    .option(...waitOption)
    .option(...watchOption)
    .option('--idempotency-key <key>', 'the same key and fields within 24 h start it once')
  const hasBody = operation.schema.body !== undefined
  if (hasBody) {
    command.option(
      '--json-input <file>',
      'the fields as a JSON object; - reads standard input; options go before',
    )
  }
  command.optionsGroup(`Fields of ${operation.method} /v1${operation.path}:`)
  const fields = operationFields(operation, definition).flatMap((field) => addField(command, field))
  const shown = fields.filter(({ field }) => field.required).map(({ field }) => `--${field.flag} …`)
  command.addHelpText('after', examples([`run ${definition.name}`, ...shown, '--watch'].join(' ')))
  command.action(async (options) => {
    const given = z.record(z.string(), z.unknown()).parse(options)
    const jsonInput = z.string().optional().parse(given.jsonInput)
    const input = jsonInput === undefined ? {} : await readJsonInput(jsonInput, context.stdin)
    const request = requestOf(fields, given, hasBody ? input : undefined, options.idempotencyKey)
    const session = { api: apiOf(context, options), output: outputOf(context, options) }
    await startWorkflow(session, operation, request, followingOf(options))
  })
}

interface FieldOption {
  readonly field: OperationField
  /** Under which Commander hands over what was given. */
  readonly key: string
}

/** A field whose name an option of ours has already can be given by `--json-input` alone. */
function addField(command: CommandUnknownOpts, field: OperationField): FieldOption[] {
  if (command.options.some(({ long }) => long === `--${field.flag}`)) return []
  const option = new Option(`--${field.flag} <${field.type === 'string' ? 'text' : field.type}>`)
  const choices = field.type === 'boolean' ? ['true', 'false'] : field.choices
  if (choices !== undefined) option.choices(choices)
  // What a body needs may come by --json-input, and the gateway says what is missing.
  if (field.place !== 'body') option.makeOptionMandatory(field.required)
  command.addOption(option)
  return [{ field, key: option.attributeName() }]
}

function requestOf(
  options: readonly FieldOption[],
  given: Readonly<Record<string, unknown>>,
  input: object | undefined,
  idempotencyKey: string | undefined,
): ApiRequest {
  const parts = { params: new Map<string, string>(), query: new Map<string, string>(), body: new Map() }
  for (const { field, key } of options) {
    const value = given[key]
    if (typeof value !== 'string') continue
    if (field.place === 'body') parts.body.set(field.name, bodyValue(field, value))
    else parts[field.place].set(field.name, value)
  }
  return {
    params: Object.fromEntries(parts.params),
    query: Object.fromEntries(parts.query),
    body: input && { ...input, ...Object.fromEntries(parts.body) },
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  }
}

/** A number is handed on as it was written: no float may change an amount. */
function bodyValue({ type, flag }: OperationField, value: string): unknown {
  if (type === 'boolean') return value === 'true'
  if (type === 'string') return value
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return JSON.rawJSON(value)
  throw usageFailure(`--${flag} must be a plain decimal number`)
}
