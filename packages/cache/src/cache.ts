import { LRUCache } from 'lru-cache'
import { entryName, forgottenMark, loadMsMax, markOptions } from './forgotten-mark.ts'
import type { Redis } from './redis.ts'
import { createRounds } from './rounds.ts'
import { createSharedLoads } from './shared-loads.ts'

/** What is read often and changes seldom, with its copies in Redis and, for when that is away, in the process. */
export interface Cache<Value> {
  /** The value, from the cache or by `load`; undefined when there is none, which is not remembered. */
  get(key: string, load: () => Promise<Value | undefined>): Promise<Value | undefined>
  /**
   * To be called after the commit of a change, and before the change is answered: from then on no process that
   * reaches Redis sees the old value. False when Redis could not be told: copies then live out their time.
   */
  forget(key: string): Promise<boolean>
}

export interface CacheOptions<Value> {
  /** Names the entries in Redis and the metric's label. */
  readonly name: string
  /**
   * How long a copy lives: in Redis since its source was read, and in the process since Redis last confirmed it.
   * So a change of which Redis was never told is seen by everyone within twice that time.
   */
  readonly ttlMs: number
  /** Bounds the process's own copies; the entries in Redis are bounded by their time. */
  readonly entriesMax: number
  readonly toJson: (value: Value) => unknown
  /** Undefined for an entry of another form, as another version of the service may have written. */
  readonly fromJson: (stored: unknown) => Value | undefined
}

const forgetAttempts = 3

/**
 * Why no process sees an old value after `forget`, though a load may have read the source before the change and
 * write into Redis after it: `forget` leaves a mark for twice the time that a load may take, a load writes only
 * where nothing is (`NX`), and gives up when it was too slow. A lookup that finds the mark asks the source.
 */
export function createCache<Value extends object>(redis: Redis, options: CacheOptions<Value>): Cache<Value> {
  const { name, ttlMs, entriesMax } = options
  const copies = new LRUCache<string, Value>({ max: entriesMax, ttl: ttlMs })
  const loads = createSharedLoads<Value | undefined>()
  const count = (result: 'hit' | 'local' | 'miss') => redis.meters.lookups.inc({ cache: name, result })
  const entry = (key: string) => entryName(name, key)

  /** Loads, and leaves the value in Redis and here unless it may be old by now. */
  async function fill(key: string, load: Load<Value>, isCurrent: () => boolean): Promise<Value | undefined> {
    const began = performance.now()
    const value = await load()
    const tookMs = performance.now() - began
    if (value === undefined || tookMs > loadMsMax || tookMs >= ttlMs) return value
    const text = JSON.stringify(options.toJson(value))
    const restMs = Math.ceil(ttlMs - tookMs)
    const expiration = { type: 'PX', value: restMs } as const
    const kept = await redis.attempt((client) =>
      client.set(entry(key), text, { expiration, condition: 'NX' }),
    )
    // Something is there already: the mark of a change, or another's copy, which the next lookup finds.
    const refused = kept.ok && kept.value === null
    if (!refused && isCurrent()) copies.set(key, value, { ttl: restMs })
    return value
  }

  // One look into Redis for all who ask at that time, and one value: nobody may change it.
  const find = createRounds<undefined, Found<Value>>(async (key, askers) => {
    const got = await redis.attempt((client) => client.get(entry(key)))
    const forgotten = got.ok && got.value === forgottenMark
    const value = got.ok ? parsed(got.value, options) : copies.get(key)
    if (forgotten) copies.delete(key)
    else if (got.ok && value !== undefined) copies.set(key, value)
    const found = {
      value,
      forgotten,
      result: value === undefined ? 'miss' : got.ok ? 'hit' : 'local',
    } as const
    return askers.map(() => found)
  })

  return {
    async get(key, load) {
      const { value, forgotten, result } = await find(key, undefined)
      count(result)
      if (forgotten) return load()
      return value ?? loads.join(key, (isCurrent) => fill(key, load, isCurrent))
    },
    async forget(key) {
      copies.delete(key)
      loads.drop(key)
      for (let attempt = 1; redis.configured && attempt <= forgetAttempts; attempt++) {
        const done = await redis.attempt((client) => client.set(entry(key), forgottenMark, markOptions))
        if (done.ok) return true
      }
      return !redis.configured
    },
  }
}

type Load<Value> = () => Promise<Value | undefined>

interface Found<Value> {
  readonly value: Value | undefined
  readonly forgotten: boolean
  readonly result: 'hit' | 'local' | 'miss'
}

function parsed<Value>(
  text: string | null,
  { fromJson }: Pick<CacheOptions<Value>, 'fromJson'>,
): Value | undefined {
  if (text === null) return undefined
  try {
    return fromJson(JSON.parse(text))
  } catch {
    return undefined
  }
}
