import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRedis, type Redis } from '@flexprice/cache'
import { createDatabase, type Scoped } from '@flexprice/database/connection'
import { createApiKey } from '@flexprice/database/tenancy'
import { createFileStore, type FileStore } from '@flexprice/file-store'
import { createLogger, createMetrics } from '@flexprice/observability'
import { createTemporal, type Temporal } from '@flexprice/temporal-client'
import { createTestDatabase, type TestDatabase, testStack } from '@flexprice/testing'
import type { FastifyInstance } from 'fastify'
import { vi } from 'vitest'
import { createApp } from '../app.ts'
import type { AppConfig } from '../config.ts'
import { createKeyCache, type KeyCache } from '../key-cache.ts'
import { type Caller, createCaller } from './caller-under-test.ts'

/** The real app over a database of the test file's own and the real Temporal; nothing listens. */
export interface GatewayUnderTest extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly database: TestDatabase
  readonly temporal: Temporal
  readonly keys: KeyCache
  readonly redis: Redis
  readonly files: FileStore
  /** Where `files` keeps them. */
  readonly filesDirectory: string
  /** Lines that were logged since the start. */
  readonly logLines: readonly string[]
  /** What `/metrics` would say. */
  readonly metrics: () => Promise<string>
  /** A key of a tenant and environment that no other caller has. */
  newCaller(): Promise<Caller>
  /** A further key of the same environment. */
  newKeyOf(scoped: Scoped, key?: { expiresAt?: Date }): Promise<Caller & { readonly keyId: string }>
}

export interface GatewayOptions {
  readonly config?: Partial<AppConfig>
  /** Where nobody listens, for "Temporal is down". */
  readonly temporalAddress?: string
  /** One with workers; without it nobody works on what is started. */
  readonly temporalNamespace?: string
  /** Where nobody listens, for "the database is down". */
  readonly databaseUrl?: string
  readonly isReady?: () => boolean
  /** Another way to Redis, or `null` for none. */
  readonly redisUrl?: string | null
  readonly redisTimeoutMs?: number
  /** A second gateway of the same tenants. */
  readonly testDatabase?: TestDatabase
}

/** No worker polls here: workflows that gateway tests start stay as they are. */
const namespace = 'test-8'
const config: AppConfig = {
  rateLimitPerSecond: 10_000,
  eventLimitPerSecond: 100_000,
  unknownKeysMax: 1_000,
  trustedProxies: 0,
  waitMsMax: 2_000,
  requestTimeoutMs: 30_000,
  requestsInFlightMax: 2_000,
  // Tests ask for much at once; who is refused then has tests of its own.
  requestsAtWorkMax: 2_000,
  // A machine that tests on all its cores comes late without being attacked.
  eventLoopDelayMsMax: 60_000,
  bodyBytesInFlightMax: 128 * 1024 * 1024,
  fileBytesMax: 100_000_000,
  fileUploadsMax: 3,
  fileUploadTimeoutMs: 60_000,
  fileRetentionDays: 30,
  unknownFields: 'refuse',
}
const poolSizeMax = 5
/** Of a test machine that is busy with all else, too. */
const redisTimeoutMs = 500

export async function startGateway(options: GatewayOptions = {}): Promise<GatewayUnderTest> {
  const testDatabase = options.testDatabase ?? (await createTestDatabase())
  const url = options.databaseUrl ?? testDatabase.appUrl
  const database = createDatabase({
    url,
    applicationName: 'gateway-test',
    poolSizeMax,
    connectTimeoutMs: 2_000,
  })
  const temporal = createTemporal({
    address: options.temporalAddress ?? testStack().temporalAddress,
    namespace: options.temporalNamespace ?? namespace,
  })
  const logLines: string[] = []
  const logger = createLogger({
    service: 'gateway',
    level: 'info',
    destination: { write: (line) => void logLines.push(line) },
  })
  const metrics = createMetrics({ service: 'gateway' })
  const redisUrl = options.redisUrl === undefined ? testStack().redisUrl : options.redisUrl
  const redis = createRedis(
    { url: redisUrl ?? undefined, timeoutMs: options.redisTimeoutMs ?? redisTimeoutMs },
    { metrics, logger },
  )
  if (options.redisUrl === undefined)
    await vi.waitUntil(async () => (await redis.attempt(async () => true)).ok)
  const keys = createKeyCache(redis)
  const { directory, files } = await newFileStore()
  const app = await createApp(
    { database, temporal, redis, keys, files, logger, metrics },
    { ...config, ...options.config },
    options.isReady ? { isReady: options.isReady } : {},
  )
  const newKeyOf: GatewayUnderTest['newKeyOf'] = async (scoped, key = {}) => {
    const { id, secret } = await createApiKey(scoped, { name: 'test', ...key })
    return { ...createCaller(app, scoped, secret), keyId: id }
  }
  return {
    app,
    database: testDatabase,
    temporal,
    keys,
    logLines,
    redis,
    files,
    filesDirectory: directory,
    metrics: metrics.render,
    newCaller: async () => newKeyOf(await testDatabase.newTenant()),
    newKeyOf,
    async [Symbol.asyncDispose]() {
      await app.close()
      await temporal[Symbol.asyncDispose]()
      await redis[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
      if (options.testDatabase === undefined) await testDatabase[Symbol.asyncDispose]()
    },
  }
}

async function newFileStore(): Promise<{ readonly directory: string; readonly files: FileStore }> {
  const directory = await mkdtemp(join(tmpdir(), 'flexprice-files-'))
  return { directory, files: createFileStore({ url: pathToFileURL(directory).href }) }
}
