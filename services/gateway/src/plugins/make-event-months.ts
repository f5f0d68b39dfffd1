import type { Database } from '@flexprice/database/connection'
import type { Logger } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'

/**
 * Makes the months of events to come, at the start and each day. None of it is needed at once: events of a month
 * that is not there go to the rest, and are moved when it is made.
 */
export function makeEventMonths(
  app: FastifyInstance,
  { database, logger }: { readonly database: Pick<Database, 'ensureEventMonths'>; readonly logger: Logger },
  intervalMs = dayMs,
): void {
  let running: Promise<void> | undefined
  const make = () => {
    running ??= ensure().finally(() => {
      running = undefined
    })
  }
  const timer = setInterval(make, intervalMs).unref()
  app.addHook('onListen', (done) => {
    make()
    done()
  })
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await running
  })

  async function ensure(): Promise<void> {
    try {
      await database.ensureEventMonths()
    } catch (err) {
      const message = 'The months of events to come could not be made'
      logger.warn({ err, 'event.action': 'event-months-failed' }, message)
    }
  }
}

const dayMs = 24 * 60 * 60 * 1_000
