import { createRounds } from '@flexprice/cache'
import type { FoundApiKey } from '@flexprice/database/connection'

/**
 * Looks keys up by one statement for all who ask while the one before is under way: however many they are, the
 * database has one such statement at a time.
 *
 * @param find what the hashes stand for, those that exist
 */
export function lookUpTogether(
  find: (hashes: readonly Buffer[]) => Promise<readonly FoundApiKey[]>,
): (hash: Buffer) => Promise<FoundApiKey | undefined> {
  const ask = createRounds<Buffer, Found>(async (_, hashes) => {
    try {
      const found = await find(hashes)
      const byHash = new Map(found.map((key) => [key.keyHash.toString('hex'), key]))
      return hashes.map((hash) => ({ key: byHash.get(hash.toString('hex')) }))
    } catch (error) {
      return hashes.map(() => ({ key: undefined, error }))
    }
  })
  return async (hash) => {
    const { key, error } = await ask('keys', hash)
    if (error !== undefined) throw error
    return key
  }
}

interface Found {
  readonly key: FoundApiKey | undefined
  readonly error?: unknown
}
