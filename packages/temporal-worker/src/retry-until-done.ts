import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@flexprice/observability'

const firstDelayMs = 500
const delayMaxMs = 15_000

/**
 * Waits for something that the process cannot work without, instead of dying: tries, says why it failed,
 * and tries again with a growing pause. Ends with the result, or with the signal's reason when told to stop.
 */
export async function retryUntilDone<Result>(
  what: string,
  attempt: () => Promise<Result>,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<Result> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, delayMaxMs)) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      logger.warn(
        {
          'event.action': 'dependency-missing',
          err: error,
          'labels.dependency': what,
          'labels.retry_in_ms': delayMs,
        },
        'A dependency cannot be used yet; the worker waits for it',
      )
    }
    await sleep(delayMs, undefined, { signal })
  }
}
