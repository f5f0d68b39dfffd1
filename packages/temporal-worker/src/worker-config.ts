import { type TelemetryConfig, telemetryConfig } from '@flexprice/observability'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import type { NativeConnectionOptions } from '@temporalio/worker'
import type { Environment } from './environment.ts'

/** What every worker reads from its environment; a service adds its own beside it. */
export interface WorkerConfig {
  readonly temporal: {
    /** `host:port`. */
    readonly address: string
    readonly namespace: string
    readonly apiKey?: string
    readonly tls?: NonNullable<NativeConnectionOptions['tls']>
  }
  readonly telemetry: TelemetryConfig
  /** Where `/health` and `/metrics` are served. */
  readonly host: string
  readonly healthPort: number
  /** What running activities get to finish, or to come to a checkpoint, after SIGTERM. */
  readonly shutdownGraceMs: number
  /** Activities at once; each holds about one connection to the database. */
  readonly activitySlots: number
  readonly workflowSlots: number
  /** Workflows that are kept in memory between their tasks. */
  readonly cachedWorkflows: number
  /** Worker versioning, off unless both names are given: a version gets no work before it is promoted. */
  readonly deployment?: { readonly deploymentName: string; readonly buildId: string }
}

export function workerConfig(env: Environment): WorkerConfig {
  const deploymentName = env.text('TEMPORAL_DEPLOYMENT_NAME')
  const buildId = env.text('TEMPORAL_WORKER_BUILD_ID')
  if ((deploymentName === undefined) !== (buildId === undefined)) {
    env.problem('TEMPORAL_DEPLOYMENT_NAME', 'goes together with TEMPORAL_WORKER_BUILD_ID')
  }
  return {
    temporal: temporal(env),
    telemetry: telemetry(env),
    host: env.text('HOST') ?? '0.0.0.0',
    healthPort: env.integer('HEALTH_PORT', { min: 0, max: 65_535, otherwise: 9_090 }),
    shutdownGraceMs: env.integer('SHUTDOWN_GRACE_MS', { min: 0, max: 3_600_000, otherwise: 30_000 }),
    activitySlots: env.integer('ACTIVITY_SLOTS', { min: 1, max: 1_000, otherwise: 10 }),
    workflowSlots: env.integer('WORKFLOW_SLOTS', { min: 2, max: 1_000, otherwise: 40 }),
    cachedWorkflows: env.integer('CACHED_WORKFLOWS', { min: 1, max: 10_000, otherwise: 500 }),
    ...(deploymentName !== undefined && buildId !== undefined && { deployment: { deploymentName, buildId } }),
  }
}

function temporal(env: Environment): WorkerConfig['temporal'] {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      overrideEnvVars: env.all(),
      disableFile: true,
    })
    const { address, apiKey, tls } = connectionOptions
    return {
      address: address ?? '127.0.0.1:7233',
      namespace: namespace ?? 'default',
      ...(typeof apiKey === 'string' && { apiKey }),
      ...(tls && { tls }),
    }
  } catch (error) {
    env.problem('TEMPORAL_*', error instanceof Error ? error.message : String(error))
    return { address: '', namespace: '' }
  }
}

function telemetry(env: Environment): TelemetryConfig {
  const result = telemetryConfig(env.all())
  if (result.ok) return result.config
  for (const line of result.problems) env.problem(line)
  return {
    exporter: 'none',
    otlpEndpoint: undefined,
    jaegerEndpoint: undefined,
    sampleRatio: 1,
    logLevel: 'info',
  }
}
