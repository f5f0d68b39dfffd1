import { CodedError, isCodedError } from '@flexprice/domain'
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel'

/** A circuit breaker for each caller and host: who is down is left alone for a while, by all of the caller's imports. */
export interface WebBreakers {
  /** @throws service_unavailable while the circuit is open; else as the work does */
  execute<Result>(url: URL, caller: string, work: () => Promise<Result>): Promise<Result>
  isOpen(url: URL, caller: string): boolean
}

/** More than one file's own attempts, so that it takes more than a bad file to leave a host alone. */
const failuresMax = 6
const restMs = 10_000
const breakersMax = 1_000

export function createWebBreakers(): WebBreakers {
  const breakers = new Map<string, CircuitBreakerPolicy>()
  const breakerOf = (url: URL, caller: string): CircuitBreakerPolicy => {
    const key = `${caller} ${url.host}`
    const known = breakers.get(key)
    if (known) return known
    const made = circuitBreaker(
      handleWhen((error) => isCodedError(error) && error.code === 'service_unavailable'),
      { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failuresMax) },
    )
    // They know little: to forget all of them is the simplest bound.
    if (breakers.size >= breakersMax) breakers.clear()
    breakers.set(key, made)
    return made
  }
  return {
    async execute(url, caller, work) {
      try {
        return await breakerOf(url, caller).execute(work)
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error
        throw new CodedError(
          'service_unavailable',
          `${url.host} has failed often: it is left alone for a while`,
        )
      }
    },
    isOpen: (url, caller) => breakerOf(url, caller).state === CircuitState.Open,
  }
}
