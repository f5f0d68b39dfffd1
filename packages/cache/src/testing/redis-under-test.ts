import { createLogger, createMetrics, type Metrics } from '@flexprice/observability'
import { startTcpProxy, type TcpProxy, testStack } from '@flexprice/testing'
import { vi } from 'vitest'
import { createRedis, type Redis } from '../redis.ts'

export interface RedisUnderTest extends AsyncDisposable {
  readonly redis: Redis
  readonly metrics: Metrics
  /** The way to the server: cut, it is away; silent, it hangs. */
  readonly proxy: TcpProxy
}

/** Of a test machine that is busy with all else: long enough for an answer, far below what a test waits for. */
const timeoutMsDefault = 250

/** A process's connection to the real server, when it is ready. */
export async function connectRedis(
  timeoutMs = timeoutMsDefault,
  serverUrl = testStack().redisUrl,
): Promise<RedisUnderTest> {
  const url = new URL(serverUrl)
  const proxy = await startTcpProxy(url.host)
  url.host = proxy.address
  const metrics = createMetrics({ service: 'cache-test' })
  const logger = createLogger({ service: 'cache-test', level: 'fatal' })
  const redis = createRedis({ url: url.href, timeoutMs }, { metrics, logger })
  await untilAnswers(redis)
  return {
    redis,
    metrics,
    proxy,
    async [Symbol.asyncDispose]() {
      await redis[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

export async function untilAnswers(redis: Redis): Promise<void> {
  await vi.waitUntil(async () => (await redis.attempt((client) => client.ping())).ok, { timeout: 20_000 })
}
