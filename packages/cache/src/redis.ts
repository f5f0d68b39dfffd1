import type { Logger, Metrics } from '@flexprice/observability'
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { type Client, createRedisConnection } from './redis-connection.ts'
import { measureRedis, type RedisMeters } from './redis-meters.ts'
import type { RedisSettings } from './redis-settings.ts'

export type Attempt<Result> = { readonly ok: true; readonly value: Result } | { readonly ok: false }

/** Redis as something that may be away at any time: nobody waits for it longer than the timeout, and nothing fails with it. */
export interface Redis extends AsyncDisposable {
  /** False when the process was given none. */
  readonly configured: boolean
  readonly meters: RedisMeters
  /**
   * Does it in Redis, or says at once that it was not done: there is no Redis, its connection is down, the
   * timeout passed or the breaker is open. Whether a command that timed out was carried out is unknown.
   */
  attempt<Result>(work: (client: Client) => Promise<Result>): Promise<Attempt<Result>>
  /** Fails when Redis does not answer. For the health check: past the breaker. */
  ping(): Promise<void>
}

export interface RedisDependencies {
  readonly metrics: Metrics
  readonly logger: Pick<Logger, 'warn' | 'info'>
}

const failuresUntilOpen = 5
const breakerOpenMs = 1_000

/** The process's one connection to Redis. It never throws. */
export function createRedis(settings: RedisSettings, { metrics, logger }: RedisDependencies): Redis {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: breakerOpenMs,
    breaker: new ConsecutiveBreaker(failuresUntilOpen),
  })
  const connection =
    settings.url === undefined ? undefined : createRedisConnection(settings.url, logChange(logger))
  const client = connection?.client
  const state = () => (client?.isReady ? stateNames[breaker.state] : 'disconnected')
  const meters = measureRedis(metrics, client === undefined ? undefined : state)
  breaker.onBreak(() =>
    logger.warn({ 'event.action': 'redis-breaker-opened' }, 'Redis does not answer: going on without'),
  )
  breaker.onReset(() => logger.info({ 'event.action': 'redis-breaker-closed' }, 'Redis answers again'))

  return {
    configured: client !== undefined,
    meters,
    async attempt(work) {
      // A connection that is known to be down costs nothing, so the breaker need not learn of it.
      if (!client?.isReady) return { ok: false }
      try {
        return { ok: true, value: await breaker.execute(() => inTime(work(client), settings.timeoutMs)) }
      } catch (error) {
        meters.failures.inc()
        connection?.noteFailure(error)
        return { ok: false }
      }
    },
    async ping() {
      if (client !== undefined) await inTime(client.ping(), settings.timeoutMs)
    },
    async [Symbol.asyncDispose]() {
      connection?.[Symbol.dispose]()
    },
  }
}

/**
 * An answer that has come while this process was busy and is not read yet is no fault of Redis: what has come is
 * read before the verdict.
 */
function inTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`Redis has not answered within ${timeoutMs} ms`))
    const timer = setTimeout(() => setImmediate(late), timeoutMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const stateNames: Readonly<Record<CircuitState, string>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
}

/** Each try to connect fails anew: one line until something else is wrong. */
function logChange(logger: Pick<Logger, 'warn'>): (error: Error) => void {
  let told = ''
  return (err) => {
    const code = 'code' in err ? String(err.code) : err.name
    if (code === told) return
    told = code
    logger.warn({ err, 'event.action': 'redis-away' }, 'Redis cannot be reached')
  }
}
