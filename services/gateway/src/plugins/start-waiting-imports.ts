import { taskWorkflowId } from '@flexprice/contracts/workflows/task-processing'
import type { Database } from '@flexprice/database/connection'
import { getImportTask } from '@flexprice/database/imports'
import type { Logger } from '@flexprice/observability'
import type { Temporal } from '@flexprice/temporal-client'
import type { FastifyInstance } from 'fastify'
import { startTask } from '../tasks/start-task.ts'

/**
 * Starts imports whose workflow nobody has started, now and then: the gateway that stored them went, or Temporal was
 * away. Gateways that do it at once start each one once, by its id.
 */
export function startWaitingImports(
  app: FastifyInstance,
  deps: {
    readonly database: Pick<Database, 'listUnstartedImports' | 'scoped'>
    readonly temporal: Pick<Temporal, 'startWorkflow'>
    readonly logger: Logger
  },
  { intervalMs, olderThanMs } = { intervalMs: minuteMs, olderThanMs: minuteMs },
): void {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= startAll().finally(() => {
      running = undefined
    })
  }, intervalMs).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await running
  })

  async function startAll(): Promise<void> {
    const { database, temporal, logger } = deps
    try {
      for (const { id, ...of } of await database.listUnstartedImports({ olderThanMs, importsMax })) {
        const scoped = database.scoped({ ...of, requestId: taskWorkflowId(id) })
        await startTask(scoped, temporal, await getImportTask(scoped, id))
        logger.info(
          { 'event.action': 'import-started', 'labels.task_id': id },
          'A waiting import was started',
        )
      }
    } catch (err) {
      logger.warn({ err, 'event.action': 'import-start-failed' }, 'Waiting imports could not be started')
    }
  }
}

/** A request that stores a task starts it within seconds; whoever is later than this is gone. */
const minuteMs = 60_000
const importsMax = 100
