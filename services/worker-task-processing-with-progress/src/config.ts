import { type RedisSettings, redisSettings } from '@flexprice/cache/settings'
import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import type { WebFileSettings } from '@flexprice/file-store'
import { type FileStoreSettings, fileStoreSettings, webFileSettings } from '@flexprice/file-store/settings'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface TaskProcessingWithProgressWorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
  readonly files: FileStoreSettings
  readonly webFiles: WebFileSettings
  /** To tell gateways that an import has changed the catalog. */
  readonly redis: RedisSettings
}

export function taskProcessingWithProgressWorkerConfig(
  variables: Variables = process.env,
): ConfigResult<TaskProcessingWithProgressWorkerConfig> {
  return readConfig(variables, readVariables)
}

/** By this name `--help`, docs/configuration.md and its test find what the service reads. */
export function readVariables(env: Environment): TaskProcessingWithProgressWorkerConfig {
  return {
    database: databaseSettings(env, { statementTimeoutMs: 20_000 }),
    files: fileStoreSettings(env),
    webFiles: webFileSettings(env),
    redis: redisSettings(env),
    ...workerConfig(env),
  }
}
