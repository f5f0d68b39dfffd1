import { hashApiKey } from '@flexprice/database/tenancy'

/**
 * Requests between the door and their place at work, while their keys are looked up: without them all that come in that
 * time would be let in. Only those of keys that were right lately count, so that wrong keys take nobody's place.
 */
export interface Entering {
  count(): number
  /** @returns what counts it no more, once; undefined where its key is not known */
  enter(key: unknown): (() => void) | undefined
  /** The key was right. */
  note(keyHash: string): void
}

export function createEntering(): Entering {
  const known = new Set<string>()
  let entering = 0
  return {
    count: () => entering,
    enter(key) {
      if (typeof key !== 'string' || key.length > keyLengthMax) return undefined
      if (!known.has(hashApiKey(key).toString('base64url'))) return undefined
      entering += 1
      let left = false
      return () => {
        if (left) return
        left = true
        entering -= 1
      }
    },
    note(keyHash) {
      if (known.has(keyHash)) return
      known.add(keyHash)
      const [oldest] = known
      if (known.size > keysMax && oldest !== undefined) known.delete(oldest)
    },
  }
}

const keysMax = 10_000
/** Longer than any key of ours: not worth hashing. */
const keyLengthMax = 200
