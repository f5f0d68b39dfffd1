import type { Metrics } from '@flexprice/observability'

export interface RedisMeters {
  /** `hit`: from Redis; `local`: from the process's own copy, as Redis was away; `miss`: from the source. */
  readonly lookups: ReturnType<typeof lookupCounter>
  readonly failures: ReturnType<typeof failureCounter>
}

const states = ['closed', 'open', 'half_open', 'disconnected']

/** @param state how the connection is now; none where the process was given no Redis */
export function measureRedis(metrics: Metrics, state: (() => string) | undefined): RedisMeters {
  if (state !== undefined) {
    metrics.gauge({
      name: 'redis_breaker_state',
      help: 'The circuit breaker before Redis: 1 for the state that it is in',
      labels: ['state'],
      collect: (gauge) => {
        const now = state()
        for (const name of states) gauge.set({ state: name }, name === now ? 1 : 0)
      },
    })
  }
  return { lookups: lookupCounter(metrics), failures: failureCounter(metrics) }
}

function lookupCounter(metrics: Metrics) {
  return metrics.counter({
    name: 'cache_lookups_total',
    help: 'Lookups in caches, by where the answer came from',
    labels: ['cache', 'result'],
  })
}

function failureCounter(metrics: Metrics) {
  return metrics.counter({
    name: 'redis_failures_total',
    help: 'Commands that Redis did not carry out in time, or that its breaker held back',
  })
}
