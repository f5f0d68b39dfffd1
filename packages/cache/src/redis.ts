import type { Logger, Metrics } from '@flexprice/observability'
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { Redis as Client } from 'ioredis'
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
const connectTimeoutMs = 1_000
/** A connection on which nothing comes back for so long is given up, and a fresh one is tried. */
const silenceMsMax = 2_000
const reconnectMsMax = 2_000

/** The process's one connection to Redis. It connects in the background, for ever, and never throws. */
export function createRedis(settings: RedisSettings, { metrics, logger }: RedisDependencies): Redis {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: breakerOpenMs,
    breaker: new ConsecutiveBreaker(failuresUntilOpen),
  })
  const client = settings.url === undefined ? undefined : connect(settings.url)
  const state = () => (client?.status === 'ready' ? stateNames[breaker.state] : 'disconnected')
  const meters = measureRedis(metrics, client === undefined ? undefined : state)
  client?.on('error', logChange(logger))
  breaker.onBreak(() =>
    logger.warn({ 'event.action': 'redis-breaker-opened' }, 'Redis does not answer: going on without'),
  )
  breaker.onReset(() => logger.info({ 'event.action': 'redis-breaker-closed' }, 'Redis answers again'))

  return {
    configured: client !== undefined,
    meters,
    async attempt(work) {
      // A connection that is known to be down costs nothing, so the breaker need not learn of it.
      if (client?.status !== 'ready') return { ok: false }
      try {
        return { ok: true, value: await breaker.execute(() => inTime(work(client), settings.timeoutMs)) }
      } catch {
        meters.failures.inc()
        return { ok: false }
      }
    },
    async ping() {
      if (client !== undefined) await inTime(client.ping(), settings.timeoutMs)
    },
    async [Symbol.asyncDispose]() {
      client?.disconnect()
    },
  }
}

function connect(url: string): Client {
  return new Client(url, {
    connectTimeout: connectTimeoutMs,
    socketTimeout: silenceMsMax,
    // A command is answered soon or not at all: nothing is kept for a connection that is down, or sent twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(2 ** Math.min(attempt, 10) * 25, reconnectMsMax),
    // After a failover the old primary refuses writes: look for the new one.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  })
}

/**
 * Not the client's own timeout: that one blames Redis for an answer that has come while this process was busy and
 * is not read yet. Here what has come is read before the verdict.
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
