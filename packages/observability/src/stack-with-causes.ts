/**
 * An error's stack with those of its causes below it, as `Caused by: …`. The outermost error is ours and says what
 * failed; the innermost is the database's, or gRPC's, and says why. Bounded, in depth and in text.
 */
export function stackWithCauses(error: Error): string {
  const stacks = [stackOf(error)]
  const seen = new Set<unknown>([error])
  let cause = error.cause
  while (cause !== undefined && cause !== null && !seen.has(cause)) {
    if (stacks.length > causesMax) {
      stacks.push('Caused by: further errors')
      break
    }
    seen.add(cause)
    stacks.push(`Caused by: ${stackOf(cause)}`)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return stacks.join('\n')
}

const causesMax = 8
const stackLengthMax = 8_192

/** What is no error is told by its text alone: an object's fields would get past the redaction by name. */
function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : textOf(error)
  return stack.length > stackLengthMax ? `${stack.slice(0, stackLengthMax)}…` : stack
}

function textOf(thrown: unknown): string {
  return typeof thrown === 'object' || typeof thrown === 'function'
    ? `a thrown ${typeof thrown}`
    : `${thrown}`
}
