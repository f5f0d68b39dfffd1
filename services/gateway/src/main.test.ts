import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createApiKey } from '@flexprice/database/tenancy'
import { createTestDatabase, testProcessEnvironment, testStack } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
let database: Awaited<ReturnType<typeof createTestDatabase>>

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

function start(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', ...testProcessEnvironment(), ...env },
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    output.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.err += chunk
  })
  return { child, output, ended: once(child, 'exit') }
}

async function addressOf({ output }: ReturnType<typeof start>): Promise<string> {
  const address = () => /Server listening at (http:[^"]+)"/.exec(output.out)?.[1] ?? ''
  await expect.poll(address, { timeout: 30_000 }).not.toBe('')
  return address()
}

async function metricsOf({ output }: ReturnType<typeof start>): Promise<string> {
  const port = () => /"labels.metrics_port":(\d+)/.exec(output.out)?.[1] ?? ''
  await expect.poll(port, { timeout: 30_000 }).not.toBe('')
  return `http://127.0.0.1:${port()}/metrics`
}

test('--check-config says what is wrong and ends with 1, or that all is well and ends with 0', async () => {
  const bad = start({ PORT: 'x' }, '--check-config')
  expect(await bad.ended).toEqual([1, null])
  expect(bad.output.err).toContain('DATABASE_URL: is missing')
  const good = start({ DATABASE_URL: database.appUrl }, '--check-config')
  expect(await good.ended).toEqual([0, null])
})

test('SIGTERM while somebody waits: the answer comes at once, then the process ends with 0', async () => {
  const scoped = await database.newTenant()
  const key = await createApiKey(scoped, { name: 'test' })
  const gateway = start({
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: testStack().temporalAddress,
    TEMPORAL_NAMESPACE: 'test-8',
  })
  const address = await addressOf(gateway)
  const headers = { 'x-api-key': key.secret, 'content-type': 'application/json' }
  const post = async (path: string, body: object) => {
    const response = await fetch(`${address}/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return z
      .looseObject({ id: z.string().optional(), workflow_id: z.string().optional() })
      .parse(await response.json())
  }
  const { id } = await post('/plans', { name: 'Pro' })
  const { workflow_id } = await post(`/plans/${id}/sync/subscriptions`, {})
  const waiting = fetch(`${address}/v1/tasks/result?workflow_id=${workflow_id}&wait=20s`, { headers })
  // The request shows nowhere before its answer: give it time to arrive.
  await setTimeout(1_000)
  const stopped = performance.now()
  gateway.child.kill('SIGTERM')
  expect(await (await waiting).json()).toMatchObject({ status: 'Running' })
  expect(await gateway.ended).toEqual([0, null])
  expect(performance.now() - stopped).toBeLessThan(10_000)
})

test('it starts, and answers 503, while neither the database nor Temporal is there', async () => {
  const gateway = start({ DATABASE_URL: 'postgres://app@127.0.0.1:1/none', TEMPORAL_ADDRESS: '127.0.0.1:1' })
  const address = await addressOf(gateway)
  expect((await fetch(`${address}/health/live`)).status).toBe(200)
  expect((await fetch(`${address}/health/ready`)).status).toBe(503)
  expect((await fetch(`${address}/metrics`)).status).toBe(404)
  const metrics = await fetch(await metricsOf(gateway))
  expect(metrics.headers.get('content-type')).toContain('text/plain')
  expect(await metrics.text()).toContain('http_request_duration_seconds')
  const answer = await fetch(`${address}/v1/plans/plan_x`, { headers: { 'x-api-key': 'sk_any' } })
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toEqual([0, null])
})
