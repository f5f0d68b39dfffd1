import { startTcpProxy, testStack } from '@flexprice/testing'
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

test('Temporal goes away later: degraded and in service, as all else works, and the check says so', async () => {
  await using temporal = await startTcpProxy(testStack().temporalAddress)
  await using gateway = await startGateway({ temporalAddress: temporal.address })
  const ready = () => gateway.app.inject({ url: '/health/ready' })
  expect((await ready()).json()).toMatchObject({ status: 'ok' })
  await temporal.cut()
  await expect
    .poll(async () => (await ready()).json(), { timeout: 20_000 })
    .toMatchObject({ status: 'degraded', checks: { temporal: { status: 'failed' } } })
  expect((await ready()).statusCode).toBe(200)
  await temporal.mend()
  await expect.poll(async () => (await ready()).json(), { timeout: 20_000 }).toMatchObject({ status: 'ok' })
})

test('while a check hangs the report before it stands, and then the one that tells of it', async () => {
  await using temporal = await startTcpProxy(testStack().temporalAddress)
  await using gateway = await startGateway({ temporalAddress: temporal.address })
  const ready = async () => (await gateway.app.inject({ url: '/health/ready' })).json()
  expect(await ready()).toMatchObject({ status: 'ok' })
  temporal.silence()
  expect(await ready()).toMatchObject({ status: 'ok' })
  await expect
    .poll(ready, { timeout: 20_000 })
    .toMatchObject({ status: 'degraded', checks: { temporal: { status: 'failed' } } })
})

test('ready 503 once the process is told to stop', async () => {
  let ready = true
  await using gateway = await startGateway({ isReady: () => ready })
  expect((await gateway.app.inject({ url: '/health/ready' })).statusCode).toBe(200)
  expect((await gateway.app.inject('/v1/plans/x')).headers.connection).not.toBe('close')
  ready = false
  expect((await gateway.app.inject({ url: '/health/ready' })).statusCode).toBe(503)
  // Requests are taken still, and their connections not used again.
  expect(await gateway.app.inject('/v1/plans/x')).toMatchObject({
    statusCode: 401,
    headers: { connection: 'close' },
  })
})
