import { randomUUID } from 'node:crypto'
import type { Redis } from './redis.ts'

/**
 * Texts that are made of many records of one owner, such as a catalog's answers: any change of the owner's
 * records makes all of its texts void, so that no writer has to know which ones it touches. In Redis alone:
 * while that is away there is no cache.
 */
export interface VersionedCache {
  /** The text, or the version to keep one under; neither while Redis is away. */
  find(owner: string, key: string): Promise<Found>
  /** Keeps a text that was made after `find` gave the version. */
  keep(owner: string, key: string, text: string, version: string): Promise<void>
  /**
   * To be called after the commit of a change and before it is answered: from then on no process finds what was
   * made before. Where Redis could not be told, texts live out their time. It never fails.
   */
  forgetAll(owner: string): Promise<void>
}

export interface Found {
  readonly text?: string
  readonly version?: string
}

const forgetAttempts = 3
const separator = '\n'

/**
 * Why no process finds an old text after `forgetAll`: a text carries the version that was read before its sources
 * were, and a change sets another one after its commit. What was read before the commit has the old version.
 * Versions are random, so that one which Redis has lost never comes back.
 */
export function createVersionedCache(
  redis: Redis,
  { name, ttlMs }: { readonly name: string; readonly ttlMs: number },
): VersionedCache {
  const count = (result: 'hit' | 'miss') => redis.meters.lookups.inc({ cache: name, result })
  const versionOf = (owner: string) => `flexprice:${name}:${owner}`
  const expiration = { type: 'PX', value: ttlMs } as const
  const entryOf = (owner: string, key: string) => `${versionOf(owner)}:${key}`
  return {
    async find(owner, key) {
      const found = await redis.attempt((client) => client.mGet([versionOf(owner), entryOf(owner, key)]))
      if (!found.ok) return {}
      const [version, entry] = found.value
      if (version != null && entry?.startsWith(version + separator)) {
        count('hit')
        return { text: entry.slice(version.length + separator.length) }
      }
      count('miss')
      return version == null ? firstVersion(redis, versionOf(owner)) : { version }
    },
    async keep(owner, key, text, version) {
      await redis.attempt((client) =>
        client.set(entryOf(owner, key), version + separator + text, { expiration }),
      )
    },
    async forgetAll(owner) {
      for (let attempt = 1; redis.configured && attempt <= forgetAttempts; attempt++) {
        if ((await redis.attempt((client) => client.set(versionOf(owner), randomUUID()))).ok) return
      }
    },
  }
}

/** The one that this process sets, if no other was faster; the next lookup finds whichever it is. */
async function firstVersion(redis: Redis, versionKey: string): Promise<Found> {
  const version = randomUUID()
  const set = await redis.attempt((client) => client.set(versionKey, version, { condition: 'NX' }))
  return set.ok && set.value === 'OK' ? { version } : {}
}
