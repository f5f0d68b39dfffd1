import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface CronBillingWorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
  /** Of one billing run, for all workers of the queue: each takes the next one as it has room, so that all end together. */
  readonly slicesMax: number
  /** Slices that this worker works on at once: one waits for the database while another one is rated, and a clock's move takes one. */
  readonly queueSlots: number
}

export function cronBillingWorkerConfig(
  variables: Variables = process.env,
): ConfigResult<CronBillingWorkerConfig> {
  return readConfig(variables, readVariables)
}

/** By this name `--help`, docs/configuration.md and its test find what the service reads. */
export function readVariables(env: Environment): CronBillingWorkerConfig {
  return {
    // Below the activities' heartbeat timeout: a page that hangs fails by itself, before the next attempt begins.
    database: databaseSettings(env, { statementTimeoutMs: 20_000 }),
    ...workerConfig(env),
    slicesMax: env.integer('CRON_BILLING_SLICES', {
      meaning: 'slices at the most that one billing run is cut into, for all workers to share',
      otherwise: 16,
      min: 1,
      max: 64,
    }),
    queueSlots: env.integer('CRON_BILLING_SLICES_AT_ONCE', {
      meaning: 'slices that this worker works on at once',
      otherwise: 3,
      min: 1,
      max: 64,
    }),
  }
}
