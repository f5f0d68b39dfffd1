import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface CalculateChargesWorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
}

export function calculateChargesWorkerConfig(
  variables: Variables = process.env,
): ConfigResult<CalculateChargesWorkerConfig> {
  return readConfig(variables, readVariables)
}

/** By this name `--help`, the README's table and its test find what the service reads. */
export function readVariables(env: Environment): CalculateChargesWorkerConfig {
  return {
    database: databaseSettings(env, { statementTimeoutMs: 20_000 }),
    ...workerConfig(env),
  }
}
