import type { Database } from '@flexprice/database'
import type { Logger } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'

/**
 * Deletes idempotency keys whose time is over, now and then, a bounded number at a time; gateways that do it
 * at once skip each other's rows.
 */
export function purgeIdempotencyKeys(
  app: FastifyInstance,
  {
    database,
    logger,
  }: { readonly database: Pick<Database, 'purgeIdempotencyKeys'>; readonly logger: Logger },
  intervalMs = purgeIntervalMs,
): void {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= purge().finally(() => {
      running = undefined
    })
  }, intervalMs).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await running
  })

  async function purge(): Promise<void> {
    try {
      for (let batch = 1; batch <= batchesMax; batch++) {
        if ((await database.purgeIdempotencyKeys(batchRows)) < batchRows) return
      }
    } catch (err) {
      logger.warn({ err, 'event.action': 'purge-failed' }, 'Old idempotency keys could not be deleted')
    }
  }
}

const purgeIntervalMs = 60_000
const batchRows = 2_000
const batchesMax = 50
