import { CodedError } from '@flexprice/domain'

export interface BodyBudgetLimits {
  /** Of all bodies that are in the process at once. */
  readonly bytesMax: number
  /** Of those of one API key: less, so that no key can take all. */
  readonly bytesPerKeyMax: number
}

export interface BodyBudget {
  /**
   * Sets bytes aside for a body that is about to be read; what is returned gives them back, once.
   *
   * @throws too_many_requests when the key has too many in flight; overloaded when the process has
   */
  take(key: string, bytes: number): () => void
  /** Set aside now. */
  taken(): number
}

/**
 * The memory that bodies may hold, counted before a byte of them is read: a body that has to wait would be in memory
 * all the same. A key whose bodies are all answered is forgotten.
 */
export function createBodyBudget({ bytesMax, bytesPerKeyMax }: BodyBudgetLimits): BodyBudget {
  const ofKeys = new Map<string, number>()
  let total = 0
  const change = (key: string, bytes: number): void => {
    total += bytes
    const left = (ofKeys.get(key) ?? 0) + bytes
    if (left > 0) ofKeys.set(key, left)
    else ofKeys.delete(key)
  }
  return {
    take(key, bytes) {
      if ((ofKeys.get(key) ?? 0) + bytes > bytesPerKeyMax) {
        throw new CodedError('too_many_requests', 'Too many bytes of this key are under way', {
          retryAfterMs,
        })
      }
      if (total + bytes > bytesMax) {
        throw new CodedError('overloaded', 'Too many bytes are under way', { retryAfterMs })
      }
      change(key, bytes)
      let given = false
      return () => {
        if (given) return
        given = true
        change(key, -bytes)
      }
    },
    taken: () => total,
  }
}

const retryAfterMs = 1_000
