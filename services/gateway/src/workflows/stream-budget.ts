import { CodedError } from '@flexprice/domain'

/** How many streams are open, in all and by key; a key without one is forgotten. */
export interface StreamBudget {
  /**
   * What is returned gives the place back; call it once.
   *
   * @throws too_many_requests when the key has too many, overloaded when the process has
   */
  take(key: string): () => void
  taken(): number
}

export function createStreamBudget({
  perKeyMax,
  max,
}: {
  readonly perKeyMax: number
  readonly max: number
}): StreamBudget {
  const ofKeys = new Map<string, number>()
  let total = 0
  return {
    take(key) {
      const own = ofKeys.get(key) ?? 0
      if (own >= perKeyMax) {
        throw new CodedError('too_many_requests', `The key has ${perKeyMax} streams open, the most it may`, {
          retryAfterMs,
        })
      }
      if (total >= max) throw new CodedError('overloaded', 'Too many streams are open', { retryAfterMs })
      ofKeys.set(key, own + 1)
      total++
      return () => {
        total--
        const left = (ofKeys.get(key) ?? 0) - 1
        if (left > 0) ofKeys.set(key, left)
        else ofKeys.delete(key)
      }
    },
    taken: () => total,
  }
}

const retryAfterMs = 5_000
