import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface SubscriptionChangeWorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
}

export function subscriptionChangeWorkerConfig(
  variables: Variables = process.env,
): ConfigResult<SubscriptionChangeWorkerConfig> {
  return readConfig(variables, readVariables)
}

/** By this name `--help`, docs/configuration.md and its test find what the service reads. */
export function readVariables(env: Environment): SubscriptionChangeWorkerConfig {
  return {
    database: databaseSettings(env, { statementTimeoutMs: 20_000 }),
    ...workerConfig(env),
  }
}
