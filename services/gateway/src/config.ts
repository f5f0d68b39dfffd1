import { type RedisSettings, redisSettings } from '@flexprice/cache'
import {
  type ConfigResult,
  type Environment,
  type ProcessConfig,
  processConfig,
  readConfig,
  type Variables,
} from '@flexprice/configuration'
import { largeBodyBytesMax } from '@flexprice/contracts/wire'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type FileStoreSettings, fileStoreSettings } from '@flexprice/file-store/settings'
import { type TelemetryConfig, telemetryConfig } from '@flexprice/observability'
import { type TemporalSettings, temporalSettings } from '@flexprice/temporal-client/settings'

export interface GatewayConfig extends AppConfig, ProcessConfig {
  readonly port: number
  readonly metricsPort: number
  /** After SIGTERM: not ready, but requests are taken as before, until load balancers have learned of it. */
  readonly drainMs: number
  readonly database: DatabaseSettings
  readonly temporal: TemporalSettings
  readonly redis: RedisSettings
  readonly files: FileStoreSettings
  readonly telemetry: TelemetryConfig
}

/** What the app itself needs, apart from where things are. */
export interface AppConfig {
  /** Requests a second that one key may send. */
  readonly rateLimitPerSecond: number
  /** Usage events a second that one key may send, one by one or in bulk; their requests count for nothing else. */
  readonly eventLimitPerSecond: number
  /** Look-ups of keys that do not exist that one address may cause in ten seconds. */
  readonly unknownKeysMax: number
  /** Load balancers before the gateway: so many steps back in `X-Forwarded-For` is the caller's address. */
  readonly trustedProxies: number
  /** The longest that `wait` may hold a request. */
  readonly waitMsMax: number
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs: number
  /** Requests that are not answered as yet, those that arrive or wait too; beyond that 503. */
  readonly requestsInFlightMax: number
  /** Requests that are worked on at once, those apart that wait for a workflow, a file or events' writing; beyond that 503. */
  readonly requestsAtWorkMax: number
  /** How late the event loop may come, in the mean of a second; beyond that 503. */
  readonly eventLoopDelayMsMax: number
  /** Bytes of large bodies that are in the process at once. */
  readonly bodyBytesInFlightMax: number
  /** Of one file that is brought. */
  readonly fileBytesMax: number
  /** Files that may come in at the same time: each takes memory for some pieces of it. */
  readonly fileUploadsMax: number
  /** How long a file may take to arrive. */
  readonly fileUploadTimeoutMs: number
  /** Whole days for which files are kept. */
  readonly fileRetentionDays: number
  /** What becomes of fields that an operation does not know, where the caller does not say. */
  readonly unknownFields: (typeof unknownFieldsChoices)[number]
}

const unknownFieldsChoices = ['refuse', 'ignore'] as const

export function gatewayConfig(variables: Variables = process.env): ConfigResult<GatewayConfig> {
  return readConfig(variables, readVariables)
}

/** By this name `--help`, docs/configuration.md and its test find what the service reads. */
export function readVariables(env: Environment): GatewayConfig {
  return {
    database: databaseSettings(env, { statementTimeoutMs: 15_000 }),
    temporal: {
      ...temporalSettings(env),
      longPollMs: env.integer('TEMPORAL_LONG_POLL_MS', {
        meaning:
          "how long Temporal holds a worker's poll, its `matching.longPollExpirationInterval`: a worker that has not asked for longer is not there",
        unit: 'ms',
        otherwise: 60_000,
        min: 1_000,
        max: 60_000,
      }),
    },
    redis: redisSettings(env),
    files: fileStoreSettings(env),
    telemetry: telemetryConfig(env),
    ...processConfig(env),
    port: env.integer('PORT', {
      meaning: 'port of the API, `/docs` and `/health`; 0: a free one',
      otherwise: 8_080,
      min: 0,
      max: 65_535,
    }),
    metricsPort: env.integer('METRICS_PORT', {
      meaning: "port of `/metrics`, which is not for the API's callers; 0: a free one",
      otherwise: 9_090,
      min: 0,
      max: 65_535,
    }),
    drainMs: env.integer('DRAIN_MS', {
      meaning:
        'after SIGTERM: how long requests are still taken, while load balancers learn by `/health/ready` that it goes',
      unit: 'ms',
      otherwise: 0,
      min: 0,
      max: 600_000,
    }),
    ...appConfig(env),
  }
}

function appConfig(env: Environment): AppConfig {
  return {
    rateLimitPerSecond: env.integer('RATE_LIMIT_PER_SECOND', {
      meaning: 'requests a second that one key may send; to one gateway, while Redis is away',
      otherwise: 1_000,
      min: 1,
      max: 1_000_000,
    }),
    eventLimitPerSecond: env.integer('EVENT_LIMIT_PER_SECOND', {
      meaning:
        'usage events a second that one key may send, at least 1000; to one gateway, while Redis is away',
      otherwise: 10_000,
      min: 1_000,
      max: 10_000_000,
    }),
    unknownKeysMax: env.integer('UNKNOWN_KEY_LIMIT', {
      meaning: 'requests with unknown keys that one address may send in ten seconds',
      otherwise: 100,
      min: 1,
      max: 1_000_000,
    }),
    trustedProxies: env.integer('TRUSTED_PROXIES', {
      meaning: 'load balancers before the gateway, whose `X-Forwarded-For` names the caller',
      otherwise: 0,
      min: 0,
      max: 10,
    }),
    waitMsMax: env.integer('WAIT_LIMIT_MS', {
      meaning: 'the longest that `wait` may hold a request',
      unit: 'ms',
      otherwise: 25_000,
      min: 0,
      max: 600_000,
    }),
    requestTimeoutMs: env.integer('REQUEST_TIMEOUT_MS', {
      meaning: 'how long a request may take to arrive',
      unit: 'ms',
      otherwise: 30_000,
      min: 1,
      max: 600_000,
    }),
    ...overloadConfig(env),
    ...filesConfig(env),
    unknownFields: env.oneOf('UNKNOWN_FIELDS', unknownFieldsChoices, {
      meaning: 'what becomes of fields that an operation does not know, where the caller does not say',
      otherwise: 'refuse',
    }),
  }
}

function overloadConfig(
  env: Environment,
): Pick<
  AppConfig,
  'requestsInFlightMax' | 'requestsAtWorkMax' | 'eventLoopDelayMsMax' | 'bodyBytesInFlightMax'
> {
  return {
    requestsInFlightMax: env.integer('REQUESTS_IN_FLIGHT', {
      meaning:
        'requests that one gateway has at once, those that arrive or wait for a workflow too, half of them of one key; beyond that 429 or 503',
      otherwise: 2_000,
      min: 10,
      max: 100_000,
    }),
    requestsAtWorkMax: env.integer('REQUESTS_AT_WORK', {
      meaning:
        'requests that one gateway works on at once, three quarters of them of one key: not those that wait for a workflow, a file or the writing of events; beyond that 429 or 503',
      otherwise: 96,
      min: 10,
      max: 100_000,
    }),
    eventLoopDelayMsMax: env.integer('EVENT_LOOP_DELAY_MS', {
      meaning: "how late the process's event loop may come, in the mean of a second; beyond that 503",
      unit: 'ms',
      otherwise: 1_000,
      min: 10,
      max: 600_000,
    }),
    bodyBytesInFlightMax: env.integer('BODY_BYTES_IN_FLIGHT', {
      meaning:
        'bytes of bodies above 64 KiB that one gateway holds at once, half of them of one key; beyond that 429 or 503',
      otherwise: 128 * 1024 * 1024,
      min: 2 * largeBodyBytesMax,
      max: 64 * 1024 * 1024 * 1024,
    }),
  }
}

function filesConfig(
  env: Environment,
): Pick<AppConfig, 'fileBytesMax' | 'fileUploadsMax' | 'fileUploadTimeoutMs' | 'fileRetentionDays'> {
  return {
    fileBytesMax: env.integer('FILE_BYTES_MAX', {
      meaning: 'size of one file that is brought to be imported',
      unit: 'bytes',
      otherwise: 10 * 1024 ** 3,
      min: 1,
      max: 1024 ** 4,
    }),
    fileUploadsMax: env.integer('FILE_UPLOADS_MAX', {
      meaning: 'files that may come in at the same time, to one gateway',
      otherwise: 20,
      min: 1,
      max: 1_000,
    }),
    fileUploadTimeoutMs: env.integer('FILE_UPLOAD_TIMEOUT_MS', {
      meaning: 'how long a file may take to arrive',
      unit: 'ms',
      otherwise: 3_600_000,
      min: 1_000,
      max: 86_400_000,
    }),
    fileRetentionDays: env.integer('FILE_RETENTION_DAYS', {
      meaning: 'whole days for which files are kept that were brought to be imported',
      otherwise: 30,
      min: 1,
      max: 3_650,
    }),
  }
}
