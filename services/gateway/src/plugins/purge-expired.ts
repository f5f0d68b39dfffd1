import type { Database } from '@flexprice/database/connection'
import type { Logger } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'

/**
 * Deletes idempotency keys and stored lists whose time is over, now and then, a bounded number at a time;
 * gateways that do it at once skip each other's rows.
 */
export function purgeExpired(
  app: FastifyInstance,
  { database, logger }: { readonly database: Pick<Database, 'purgeExpired'>; readonly logger: Logger },
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
      for (const what of ['idempotency-keys', 'subscription-batches'] as const) await purgeAll(what)
    } catch (err) {
      logger.warn({ err, 'event.action': 'purge-failed' }, 'What has expired could not be deleted')
    }
  }

  async function purgeAll(what: keyof typeof rowsMax): Promise<void> {
    for (let batch = 1; batch <= batchesMax; batch++) {
      if ((await database.purgeExpired(what, rowsMax[what])) < rowsMax[what]) return
    }
  }
}

const purgeIntervalMs = 60_000
/** Of one statement; a list has up to a thousand items. */
const rowsMax = { 'idempotency-keys': 2_000, 'subscription-batches': 10 }
const batchesMax = 50
