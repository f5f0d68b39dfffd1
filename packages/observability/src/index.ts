/**
 * What a process tells about itself: logs (ECS, one JSON object a line), traces (OpenTelemetry) and
 * metrics (Prometheus), and the health endpoints around them. Every process uses it, so it must never
 * know the business, read the environment, or start anything when it is imported.
 */
export {
  type HealthCheck,
  type HealthCheckResult,
  type HealthReport,
  runHealthChecks,
} from './health-checks.ts'
export { createHealthServer, type HealthServerOptions } from './health-server.ts'
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts'
export {
  type CounterOptions,
  createMetrics,
  durationBuckets,
  type GaugeOptions,
  type HistogramOptions,
  type Metrics,
} from './metrics.ts'
export { createMetricsServer } from './metrics-server.ts'
export type { PageServer } from './page-server.ts'
export { redactText } from './redact.ts'
export { currentTraceId, withSpan } from './span.ts'
export { recordSqlSpan, type SqlStatement } from './sql-span.ts'
export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts'
export { type TelemetryConfig, type TracesExporter, telemetryConfig } from './telemetry-config.ts'
export { runInWorkContext, type WorkContext, workContext } from './work-context.ts'
