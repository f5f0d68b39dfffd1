import { expect, test } from 'vitest'
import { startGateway } from '../testing/gateway-under-test.ts'

test('ready 200 with each dependency by name and its latency', async () => {
  await using gateway = await startGateway()
  const response = await gateway.app.inject({ url: '/health/ready' })
  expect(response.statusCode).toBe(200)
  const ok = { status: 'ok', latency_ms: expect.any(Number) }
  expect(response.json()).toEqual({ status: 'ok', checks: { redis: ok, database: ok, temporal: ok } })
})

test('ready 503 that names what is away, while live stays 200', async () => {
  await using gateway = await startGateway({ temporalAddress: '127.0.0.1:1' })
  const response = await gateway.app.inject({ url: '/health/ready' })
  expect(response.statusCode).toBe(503)
  expect(response.json()).toMatchObject({
    status: 'not_ready',
    checks: { database: { status: 'ok' }, temporal: { status: 'failed' } },
  })
  for (const url of ['/health', '/health/live']) {
    expect((await gateway.app.inject({ url })).statusCode).toBe(200)
  }
})

test('ready 503 once the process is told to stop', async () => {
  let ready = true
  await using gateway = await startGateway({ isReady: () => ready })
  expect((await gateway.app.inject({ url: '/health/ready' })).statusCode).toBe(200)
  ready = false
  expect((await gateway.app.inject({ url: '/health/ready' })).statusCode).toBe(503)
})
