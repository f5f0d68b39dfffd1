import { redisSettings } from '@flexprice/cache/settings'
import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type TemporalSettings, temporalSettings } from '@flexprice/temporal-client/settings'

/** Where the API is, and the key that says whose environment is meant. */
export interface ApiConfig {
  readonly url: string
  readonly apiKey: string
}

/** Where a gateway's metrics are, for what concerns the platform and not one environment. */
export interface MetricsConfig {
  readonly metricsUrl: string
}

/** The connection that owns the schema, and alone may write tenants and environments. */
export interface OwnerConfig {
  readonly ownerUrl: string
}

export function apiConfig(variables: Variables): ConfigResult<ApiConfig> {
  return readConfig(variables, readApi)
}

export function metricsConfig(variables: Variables): ConfigResult<MetricsConfig> {
  return readConfig(variables, readMetrics)
}

export function ownerConfig(variables: Variables): ConfigResult<OwnerConfig> {
  return readConfig(variables, readOwner)
}

export function databaseConfig(variables: Variables): ConfigResult<DatabaseSettings> {
  return readConfig(variables, readDatabase)
}

/** Where Temporal is, for what it starts by itself. */
export function temporalConfig(variables: Variables): ConfigResult<TemporalSettings> {
  return readConfig(variables, temporalSettings)
}

/** Redis, where gateways keep copies of keys; undefined when none was named. */
export function redisUrlConfig(variables: Variables): ConfigResult<{ readonly url: string | undefined }> {
  return readConfig(variables, redisSettings)
}

/** By this name docs/configuration.md and its test find what is read; each command asks for its own part alone. */
export function readVariables(env: Environment): ApiConfig & MetricsConfig & OwnerConfig & DatabaseSettings {
  redisSettings(env)
  temporalSettings(env)
  return { ...readDatabase(env), ...readOwner(env), ...readApi(env), ...readMetrics(env) }
}

/** The environment of this process, which options go before. */
export function processVariables(): Variables {
  return process.env
}

function readApi(env: Environment): ApiConfig {
  return {
    url: env.requiredUrl('FLEXPRICE_URL', ['http', 'https'], {
      meaning: "the gateway's address, for commands that use the API",
    }),
    apiKey: env.required('FLEXPRICE_API_KEY', {
      meaning: 'API key of the environment that those commands work in',
    }),
  }
}

function readMetrics(env: Environment): MetricsConfig {
  return {
    metricsUrl: env.requiredUrl('FLEXPRICE_METRICS_URL', ['http', 'https'], {
      meaning: "a gateway's address with its `METRICS_PORT`, for `queues`",
    }),
  }
}

function readOwner(env: Environment): OwnerConfig {
  return {
    ownerUrl: env.requiredUrl('DATABASE_OWNER_URL', ['postgres', 'postgresql'], {
      meaning: 'PostgreSQL, by the role that owns the schema, for `migrate`, `tenants` and `environments`',
    }),
  }
}

function readDatabase(env: Environment): DatabaseSettings {
  return databaseSettings(env, { statementTimeoutMs: 15_000 })
}
