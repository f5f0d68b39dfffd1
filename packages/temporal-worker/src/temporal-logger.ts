import type { Logger } from '@flexprice/observability'
import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/worker'

/** Temporal's log lines (SDK and core) in our form and at our level. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    const { error, err, ...fields } = meta
    const cause = error ?? err
    logger[levels[level]]({ temporal: fields, ...(cause !== undefined && { err: cause }) }, message)
  }
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  }
}

const levels = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>
