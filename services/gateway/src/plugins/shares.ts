import { CodedError } from '@flexprice/domain'

export interface ShareLimits {
  /** What is shared, as callers are told of it. */
  readonly of: 'bytes' | 'requests'
  /** Of all that are in the process at once. */
  readonly max: number
  /** Of those of one API key: less, so that no key can take all. */
  readonly perKeyMax: number
}

export interface Shares {
  /**
   * Sets so much aside for what is about to begin; what is returned gives it back, once.
   *
   * @throws too_many_requests when the key has too much under way; overloaded when the process has
   */
  take(key: string, count: number): () => void
  /** Set aside now. */
  taken(): number
}

/**
 * What a process has of something, counted before it is used: a request that has to wait for its share would hold it all
 * the same. A key that has nothing under way is forgotten.
 */
export function createShares({ of, max, perKeyMax }: ShareLimits): Shares {
  const ofKeys = new Map<string, number>()
  let total = 0
  const change = (key: string, count: number): void => {
    total += count
    const left = (ofKeys.get(key) ?? 0) + count
    if (left > 0) ofKeys.set(key, left)
    else ofKeys.delete(key)
  }
  return {
    take(key, count) {
      if ((ofKeys.get(key) ?? 0) + count > perKeyMax) {
        throw new CodedError('too_many_requests', `Too many ${of} of this key are under way`, {
          retryAfterMs,
        })
      }
      if (total + count > max) {
        throw new CodedError('overloaded', `Too many ${of} are under way`, { retryAfterMs })
      }
      change(key, count)
      let given = false
      return () => {
        if (given) return
        given = true
        change(key, -count)
      }
    },
    taken: () => total,
  }
}

const retryAfterMs = 1_000
