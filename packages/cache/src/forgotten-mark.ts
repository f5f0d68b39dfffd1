import { createClient } from 'redis'

/** A load that took longer is not kept: the mark of a change may be gone by then. */
export const loadMsMax = 5_000
export const forgottenMark = '-'
/** How a mark is set: it stands for twice the time that a load may take. */
export const markOptions = { expiration: { type: 'PX', value: 2 * loadMsMax } } as const

/** What an entry of a cache is called in Redis. */
export function entryName(cache: string, key: string): string {
  return `flexprice:${cache}:${key}`
}

/** What caches call an API key: the hash of its secret. */
export const apiKeyCache = { name: 'api-key', keyOf: (hash: Buffer): string => hash.toString('base64url') }

const answerMsMax = 2_000

/**
 * `Cache.forget` for a process that holds no cache, such as the command line: connects, leaves the mark, and goes.
 *
 * @throws when Redis could not be told: copies then live out their time
 */
export async function forgetFromOutside(redisUrl: string, cache: string, key: string): Promise<void> {
  const client = createClient({
    url: redisUrl,
    socket: { connectTimeout: answerMsMax, socketTimeout: answerMsMax, reconnectStrategy: false },
  })
  // It is told by the promise, too.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.set(entryName(cache, key), forgottenMark, markOptions)
  } finally {
    client.destroy()
  }
}
