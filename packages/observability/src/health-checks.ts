/** Resolves if the dependency can be used, else fails. It should stop when the signal says so. */
export type HealthCheck = (signal: AbortSignal) => Promise<void>

export interface HealthCheckResult {
  readonly status: 'ok' | 'failed'
  readonly latency_ms: number
  /** Why, for whoever asks: never an error's own text, which may name hosts and users. */
  readonly message?: string
}

export interface HealthReport {
  readonly healthy: boolean
  readonly checks: Readonly<Record<string, HealthCheckResult>>
}

/**
 * Runs all checks at once, each for at most `timeoutMs`; never fails. `onFailure` gets the real error,
 * to log it: the report goes to anyone.
 */
export async function runHealthChecks(
  checks: Readonly<Record<string, HealthCheck>>,
  timeoutMs: number,
  onFailure: (name: string, error: unknown) => void = () => {},
): Promise<HealthReport> {
  const entries = Object.entries(checks).map(async ([name, check]) => {
    const result = await runCheck(check, timeoutMs, (error) => onFailure(name, error))
    return [name, result] as const
  })
  const results = Object.fromEntries(await Promise.all(entries))
  return { healthy: Object.values(results).every((result) => result.status === 'ok'), checks: results }
}

async function runCheck(
  check: HealthCheck,
  timeoutMs: number,
  onFailure: (error: unknown) => void,
): Promise<HealthCheckResult> {
  const started = performance.now()
  const latency = () => Math.round((performance.now() - started) * 10) / 10
  const timeout = new AbortController()
  // A timer of its own and not AbortSignal.timeout, whose timer would not keep a waiting process alive.
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<'too late'>((resolve) => {
    timer = setTimeout(() => resolve('too late'), timeoutMs)
  })
  try {
    const outcome = await Promise.race([Promise.resolve(timeout.signal).then(check), tooLate])
    if (outcome !== 'too late') return { status: 'ok', latency_ms: latency() }
    const message = `no answer within ${timeoutMs} ms`
    onFailure(new Error(message))
    return { status: 'failed', latency_ms: latency(), message }
  } catch (error) {
    onFailure(error)
    return { status: 'failed', latency_ms: latency(), message: publicMessage(error) }
  } finally {
    clearTimeout(timer)
    timeout.abort()
  }
}

/** The operating system's name of the failure (ECONNREFUSED) helps and tells nothing; all else stays inside. */
function publicMessage(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^E[A-Z]{3,20}$/.test(code) ? `failed (${code})` : 'failed'
}
