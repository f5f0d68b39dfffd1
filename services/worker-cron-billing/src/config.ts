import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface CronBillingWorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
  /** Slices of one billing run that are worked on at once: more than the database has cores gives nothing. */
  readonly slicesMax: number
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
      meaning: 'slices of one billing run that are worked on at once',
      otherwise: 2,
      min: 1,
      max: 64,
    }),
  }
}
