/** A failure as a person needs it: which step, why, and what to do about it. */
export class StepFailure extends Error {
  readonly step: string
  readonly remedy: string

  constructor(step: string, reason: string, remedy: string) {
    super(reason)
    this.name = 'StepFailure'
    this.step = step
    this.remedy = remedy
  }
}

/** The text to print for any failure; an unexpected one keeps its stack, because nobody foresaw it. */
export function describeFailure(error: unknown): string {
  if (error instanceof StepFailure) {
    return `${error.step} failed.\n  Reason: ${indented(error.message)}\n  Remedy: ${indented(error.remedy)}`
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `Something failed that should not.\n  ${indented(text)}`
}

/** The reason in one line, whatever was thrown; fetch alone says only that it failed, and why in its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== ''
    ? `${error.message} (${error.cause.message})`
    : error.message
}

function indented(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n          ')
}
