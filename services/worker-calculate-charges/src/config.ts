import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface CalculateChargesWorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
  /** Of one calculation, for all workers of the queue: each takes the next one as it has room, so that all end together. */
  readonly slicesMax: number
  /** Slices that this worker works on at once: one waits for the database while another one is rated. */
  readonly queueSlots: number
}

export function calculateChargesWorkerConfig(
  variables: Variables = process.env,
): ConfigResult<CalculateChargesWorkerConfig> {
  return readConfig(variables, readVariables)
}

/** By this name `--help`, docs/configuration.md and its test find what the service reads. */
export function readVariables(env: Environment): CalculateChargesWorkerConfig {
  return {
    // Below the activities' heartbeat timeout: a page that hangs fails by itself, before the next attempt begins.
    database: databaseSettings(env, { statementTimeoutMs: 20_000 }),
    ...workerConfig(env),
    slicesMax: env.integer('CALCULATE_CHARGES_SLICES', {
      meaning: 'slices at the most that one calculation is cut into, for all workers to share',
      otherwise: 16,
      min: 1,
      max: 64,
    }),
    queueSlots: env.integer('CALCULATE_CHARGES_SLICES_AT_ONCE', {
      meaning: 'slices that this worker works on at once',
      otherwise: 2,
      min: 1,
      max: 64,
    }),
  }
}
