import { CommandFailure } from './command-failure.ts'
import { exitCodes } from './exit-codes.ts'

export interface Unreachable {
  /** Who was asked, as a sentence begins. */
  readonly what: string
  readonly url: string
  readonly timeoutMs: number
  readonly hint: string
}

/** Nobody answered, or not in time. */
export function unreachable({ what, url, timeoutMs, hint }: Unreachable, error: unknown): CommandFailure {
  return new CommandFailure({
    exitCode: exitCodes.unavailable,
    code: 'service_unavailable',
    message: `${what} at ${url} cannot be reached: ${reasonOf(error, timeoutMs)}`,
    hint,
  })
}

/** Node says `fetch failed`; why is its cause, which may be one for each address that was tried. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`
  const { cause } = error
  if (cause instanceof AggregateError) return cause.errors.map((each) => reasonOf(each, timeoutMs)).join(', ')
  return cause instanceof Error ? cause.message : error.message
}
