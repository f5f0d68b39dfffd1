import { type Environment, type ProcessConfig, processConfig } from '@flexprice/configuration'
import { type TelemetryConfig, telemetryConfig } from '@flexprice/observability'
import { type TemporalSettings, temporalSettings } from '@flexprice/temporal-client/settings'

/** What every worker reads from its environment; a service adds its own beside it. */
export interface WorkerConfig extends ProcessConfig {
  readonly temporal: TemporalSettings
  readonly telemetry: TelemetryConfig
  /** Where `/health` and `/metrics` are served. */
  readonly healthPort: number
  /** Activities at once; each holds about one connection to the database. */
  readonly activitySlots: number
  /** Of those of the queue, where they are fewer: what this worker has no slot for goes to another one. */
  readonly queueSlots?: number
  readonly workflowSlots: number
  /** Workflows that are kept in memory between their tasks. */
  readonly cachedWorkflows: number
  /** Worker versioning, off unless both names are given: a version gets no work before it is promoted. */
  readonly deployment?: { readonly deploymentName: string; readonly buildId: string }
}

export function workerConfig(env: Environment): WorkerConfig {
  return {
    temporal: temporalSettings(env),
    telemetry: telemetryConfig(env),
    ...processConfig(env),
    healthPort: env.integer('HEALTH_PORT', {
      meaning: 'port of `/health/live`, `/health/ready` and `/metrics`; 0: a free one',
      otherwise: 9_090,
      min: 0,
      max: 65_535,
    }),
    activitySlots: env.integer('ACTIVITY_SLOTS', {
      meaning: 'activities at once; each holds about one connection to the database',
      otherwise: 10,
      min: 1,
      max: 1_000,
    }),
    workflowSlots: env.integer('WORKFLOW_SLOTS', {
      meaning: 'workflow tasks at once',
      otherwise: 40,
      min: 2,
      max: 1_000,
    }),
    cachedWorkflows: env.integer('CACHED_WORKFLOWS', {
      meaning: 'workflows that are kept in memory between their tasks',
      otherwise: 500,
      min: 1,
      max: 10_000,
    }),
    ...versioning(env),
  }
}

function versioning(env: Environment): Pick<WorkerConfig, 'deployment'> {
  const deploymentName = env.text('TEMPORAL_DEPLOYMENT_NAME', {
    meaning: 'turns worker versioning on: a version gets no work before it is promoted',
    otherwise: undefined,
  })
  const buildId = env.text('TEMPORAL_WORKER_BUILD_ID', {
    meaning: "this version's name, with TEMPORAL_DEPLOYMENT_NAME",
    otherwise: undefined,
  })
  if (deploymentName !== undefined && buildId !== undefined)
    return { deployment: { deploymentName, buildId } }
  if (deploymentName !== buildId) {
    env.problem('TEMPORAL_DEPLOYMENT_NAME', 'goes together with TEMPORAL_WORKER_BUILD_ID')
  }
  return {}
}
