import { type FileStore, purgeOldFiles } from '@flexprice/file-store'
import type { Logger } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'
import type { AppConfig } from '../config.ts'

/** Deletes files whose retention is over, now and then; gateways that do it at once delete the same. */
export function purgeFiles(
  app: FastifyInstance,
  { files, logger }: { readonly files: FileStore; readonly logger: Logger },
  { fileRetentionDays: retentionDays }: Pick<AppConfig, 'fileRetentionDays'>,
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
      const days = await purgeOldFiles(files, { retentionDays, now: new Date() })
      if (days.length > 0) logger.info({ 'event.action': 'files-purged', days }, 'Old files were deleted')
    } catch (err) {
      logger.warn({ err, 'event.action': 'purge-failed' }, 'Old files could not be deleted')
    }
  }
}

const purgeIntervalMs = 600_000
