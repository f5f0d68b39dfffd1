import { wireDetails } from '@flexprice/contracts/wire'
import { type ErrorKind, errorKind, type FieldProblem, isCodedError, wireCode } from '@flexprice/domain'
import { CommanderError } from 'commander'
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** What a person, or with `--json` a program, is told on standard error. */
export interface Failure {
  readonly exitCode: ExitCode
  /** A code of the API, or `usage_error`, `interrupted`. */
  readonly code: string
  readonly message: string
  readonly fields?: readonly FieldProblem[] | undefined
  /** What else is known, by its name: the `workflow_id` of what still runs. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly requestId?: string | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** Ends a command with a failure that was expected. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

export function usageFailure(message: string, hint?: string): CommandFailure {
  return new CommandFailure({ exitCode: exitCodes.usage, code: 'usage_error', message, hint })
}

/** Undefined: Commander has shown a help text or its own message, so nothing is left to say. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommandFailure) return error.failure
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined
    const message =
      error.code === 'commander.help' ? 'A command is missing' : error.message.replace(/^error: /, '')
    return {
      exitCode: exitCodes.usage,
      code: 'usage_error',
      message,
      hint: 'The same with --help says how it is used.',
    }
  }
  if (isCodedError(error)) {
    const { code, message, details: { fields, ...details } = {} } = error
    return { exitCode: exitCodeOfKind[errorKind(code)], code: wireCode(code), message, fields, details }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { exitCode: exitCodes.failed, code: 'internal_error', message }
}

export function exitCodeOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.notAllowed
  if (status === 404) return exitCodes.notFound
  return status === 429 || status >= 502 ? exitCodes.unavailable : exitCodes.failed
}

const exitCodeOfKind: Readonly<Record<ErrorKind, ExitCode>> = {
  invalid: exitCodes.failed,
  unsupported: exitCodes.failed,
  unauthenticated: exitCodes.notAllowed,
  forbidden: exitCodes.notAllowed,
  not_found: exitCodes.notFound,
  conflict: exitCodes.failed,
  rate_limited: exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  internal: exitCodes.failed,
  defect: exitCodes.failed,
}

/** The failure as lines for people. */
export function failureText({ code, message, fields, details, requestId, hint }: Failure): string {
  return [
    `Error (${code}): ${message}`,
    ...(fields ?? []).map(({ path, message: what }) => `  ${path === '' ? '(request)' : path}: ${what}`),
    ...Object.entries(details ?? {}).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    ...(requestId === undefined ? [] : [`  request id: ${requestId}`]),
    ...(hint === undefined ? [] : [hint]),
  ].join('\n')
}

/** The failure as one line for programs. */
export function failureJson({ exitCode, code, message, fields, details, requestId, hint }: Failure): string {
  return JSON.stringify({
    code,
    message,
    details: wireDetails({ ...(fields && { fields }), ...details }),
    request_id: requestId,
    hint,
    exit_code: exitCode,
  })
}
