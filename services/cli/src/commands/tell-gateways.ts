import { type CommandContext, configured } from '../command-context.ts'
import { redisUrlConfig } from '../config.ts'

/**
 * Takes a key whose end has changed out of the gateways' caches, so that it is dead at once.
 *
 * @returns what the operator has to know: nothing, or that their copies live out their time
 */
export async function tellGateways(context: CommandContext, keyHash: Buffer): Promise<string | undefined> {
  const { url } = configured(context, redisUrlConfig)
  if (url === undefined) return 'Without REDIS_URL gateways are not told: they see it within 30 s.'
  const { apiKeyCache, forgetFromOutside } = await import('@flexprice/cache')
  try {
    await forgetFromOutside(url, apiKeyCache.name, apiKeyCache.keyOf(keyHash))
    return undefined
  } catch {
    return 'Redis cannot be reached, so gateways are not told: they see it within 30 s.'
  }
}
