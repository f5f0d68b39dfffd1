import { expect, test } from 'vitest'
import type { HealthCheck } from './health-checks.ts'
import { createHealthServer, type HealthServerOptions } from './health-server.ts'
import { createMetrics } from './metrics.ts'

const fine: HealthCheck = async () => {}

function serve(options: Partial<HealthServerOptions> = {}) {
  return createHealthServer({
    port: 0,
    host: '127.0.0.1',
    checks: {},
    isReady: () => true,
    metrics: async () => '',
    ...options,
  })
}

async function get(port: number, path: string, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), text }
}

test('ready names each dependency with its latency', async () => {
  await using server = await serve({ checks: { database: fine, temporal: fine } })
  const { status, text } = await get(server.port, '/health/ready')
  expect(status).toBe(200)
  expect(JSON.parse(text)).toEqual({
    status: 'ok',
    checks: {
      database: { status: 'ok', latency_ms: expect.any(Number) },
      temporal: { status: 'ok', latency_ms: expect.any(Number) },
    },
  })
})

test('a failing dependency makes it not ready, says which, and keeps its error inside', async () => {
  const failures: string[] = []
  await using server = await serve({
    checks: {
      temporal: fine,
      database: async () => {
        throw Object.assign(new Error('connect ECONNREFUSED db.internal:5432 as app'), {
          code: 'ECONNREFUSED',
        })
      },
      redis: () => {
        throw new Error('secret')
      },
    },
    onFailure: (name, error) => failures.push(`${name} ${error}`),
  })
  const { status, text } = await get(server.port, '/health/ready')
  expect(status).toBe(503)
  expect(JSON.parse(text)).toMatchObject({
    status: 'not_ready',
    checks: {
      temporal: { status: 'ok' },
      database: { status: 'failed', message: 'failed (ECONNREFUSED)' },
      redis: { status: 'failed', message: 'failed' },
    },
  })
  expect(text).not.toMatch(/internal|secret/)
  expect(failures.join()).toContain('db.internal')
})

test('a process that is not ready says so though its dependencies are well, and lives', async () => {
  await using server = await serve({ checks: { database: fine }, isReady: () => false })
  expect((await get(server.port, '/health/ready')).status).toBe(503)
  expect((await get(server.port, '/health/live')).status).toBe(200)
})

test('a check that hangs is bounded, told to stop, and runs once for many probes', async () => {
  const signals: AbortSignal[] = []
  const hanging: HealthCheck = (signal) => {
    signals.push(signal)
    return new Promise(() => {})
  }
  await using server = await serve({ checks: { temporal: hanging }, checkTimeoutMs: 200 })
  const started = performance.now()
  const answers = await Promise.all(Array.from({ length: 10 }, () => get(server.port, '/health/ready')))
  expect(performance.now() - started).toBeLessThan(2_000)
  expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(503))
  expect(answers[0]?.text).toContain('no answer within 200 ms')
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
})

test('metrics are rendered with those of the process, and a failure is a 500', async () => {
  const metrics = createMetrics({ service: 'worker-price-sync' })
  const pages = metrics.counter({ name: 'pages_total', help: 'Pages', labels: ['outcome'] })
  pages.inc({ outcome: 'done' }, 2)
  const seconds = metrics.histogram({ name: 'page_seconds', help: 'Time of a page' })
  seconds.observe(0.02)
  metrics.gauge({ name: 'pool_connections', help: 'Connections', collect: (gauge) => gauge.set(7) })
  await using server = await serve({ metrics: metrics.render })
  const { status, type, text } = await get(server.port, '/metrics')
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).toContain('pages_total{outcome="done",service="worker-price-sync"} 2')
  expect(text).toContain('page_seconds_bucket{le="0.025",service="worker-price-sync"} 1')
  expect(text).toContain('pool_connections{service="worker-price-sync"} 7')
  expect(text).toContain('process_resident_memory_bytes{')

  await using broken = await serve({ metrics: () => Promise.reject(new Error('inside')) })
  const failed = await get(broken.port, '/metrics')
  expect([failed.status, failed.text.includes('inside')]).toEqual([500, false])
})

test('anything else is a 404 in JSON', async () => {
  await using server = await serve()
  expect(await get(server.port, '/nothing')).toMatchObject({
    status: 404,
    type: expect.stringContaining('json'),
  })
  expect((await get(server.port, '/health/live', { method: 'POST' })).status).toBe(404)
})

test('a taken port fails, a closed server gives it back', async () => {
  const server = await serve()
  await expect(serve({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await server.close()
  await server.close()
  await using again = await serve({ port: server.port })
  expect(again.port).toBe(server.port)
})
