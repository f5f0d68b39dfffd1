import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { testProcessEnvironment } from '@flexprice/testing'
import { probe } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope, testTemporalSettings } from '@flexprice/testing/temporal'
import { afterAll, afterEach, expect, test, vi } from 'vitest'

const temporal = createTestTemporal()
const main = fileURLToPath(import.meta.resolve('./testing/probe-worker.ts'))
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})
afterAll(() => temporal[Symbol.asyncDispose]())

async function startProcess(variables: Record<string, string> = {}, parameters: string[] = []) {
  const port = await freePort()
  const { address, namespace } = testTemporalSettings()
  const child = spawn(process.execPath, [main, ...parameters], {
    env: {
      ...testProcessEnvironment(),
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      HOST: '127.0.0.1',
      HEALTH_PORT: String(port),
      SHUTDOWN_GRACE_MS: '10000',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const ended = once(child, 'exit').then(([code]: unknown[]) => code)
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  const status = async (path: string) => (await get(path).catch(() => undefined))?.status
  const untilStatus = (path: string, code: number) =>
    vi.waitFor(async () => expect(await status(path)).toBe(code), { timeout: 30_000, interval: 50 })
  return { child, ended, output, get, status, untilStatus }
}

/** A port that begins to answer for Temporal when this is called. */
async function forward(port: number, address: string): Promise<AsyncDisposable> {
  const [host, targetPort] = address.split(':')
  const server = createServer((inbound) => {
    const outbound = connect(Number(targetPort), host)
    inbound.pipe(outbound).pipe(inbound)
    for (const socket of [inbound, outbound]) {
      socket.on('error', () => {
        inbound.destroy()
        outbound.destroy()
      })
    }
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

test('a stopped worker is not ready at once, finishes the activity at hand, and exits 0', async () => {
  const worker = await startProcess()
  await worker.untilStatus('/health/ready', 200)
  const scope = newTestScope()
  const { workflowId } = await temporal.startWorkflow(probe, { key: '2000' }, scope)
  await sleep(700)
  worker.child.kill('SIGTERM')
  await worker.untilStatus('/health/ready', 503)
  expect(await worker.status('/health/live')).toBe(200)
  expect(await worker.ended).toBe(0)
  // The activity's result is Temporal's already; the next worker only reads it.
  const next = await startProcess()
  expect(await temporal.workflowResult(scope, workflowId, { waitMs: 30_000 })).toMatchObject({
    status: 'Completed',
    result: { remote: 'finished' },
  })
  next.child.kill('SIGINT')
  expect(await next.ended).toBe(0)
})

/** A workflow's end is told before its worker has counted it. */
async function untilMetrics(worker: Awaited<ReturnType<typeof startProcess>>, metric: RegExp): Promise<void> {
  await vi.waitFor(async () => expect(await (await worker.get('/metrics')).text()).toMatch(metric), {
    timeout: 10_000,
  })
}

test("one page of metrics has Temporal's and the process's own", async () => {
  const worker = await startProcess()
  await worker.untilStatus('/health/ready', 200)
  const scope = newTestScope()
  const { workflowId } = await temporal.startWorkflow(probe, { key: '1' }, scope)
  await temporal.workflowResult(scope, workflowId, { waitMs: 30_000 })
  await untilMetrics(worker, /^temporal_workflow_completed\{.*task_queue="ProbeWorkflowTaskQueue"/m)
  const metrics = await (await worker.get('/metrics')).text()
  expect(metrics).toMatch(/^temporal_worker_task_slots_available\{/m)
  expect(metrics).toMatch(/^process_cpu_seconds_total\{?.*service="probe-worker"/m)
  const report = await (await worker.get('/health/ready')).json()
  expect(report).toMatchObject({ checks: { temporal: { status: 'ok' }, nothing: { status: 'ok' } } })
  const [stats] = await temporal.queueStats([probe.definition])
  expect(stats?.pollers).toBeGreaterThanOrEqual(1)
})

test('a worker that was killed polls no more as soon as Temporal would have ended its poll, not minutes later', async () => {
  const worker = await startProcess()
  await worker.untilStatus('/health/ready', 200)
  const pollers = async () => (await temporal.queueStats([probe.definition]))[0]?.pollers
  await vi.waitFor(async () => expect(await pollers()).toBeGreaterThanOrEqual(1), { timeout: 30_000 })
  worker.child.kill('SIGKILL')
  await vi.waitFor(async () => expect(await pollers()).toBe(0), { timeout: 30_000, interval: 250 })
})

test('a business refusal is in no metric of failures, as it is an answer; what broke is', async () => {
  const worker = await startProcess()
  await worker.untilStatus('/health/ready', 200)
  const scope = newTestScope()
  const outcomeOf = async (key: string) => {
    const { workflowId } = await temporal.startWorkflow(probe, { key }, scope)
    return temporal.workflowResult(scope, workflowId, { waitMs: 30_000 })
  }
  const failed = /^temporal_workflow_failed\{.*task_queue="ProbeWorkflowTaskQueue".*\} ([1-9])/m
  const error = { code: 'invalid_operation', message: 'The plan has no price in gbp' }
  expect(await outcomeOf('refused')).toMatchObject({ status: 'Failed', error })
  expect(await (await worker.get('/metrics')).text()).not.toMatch(failed)
  expect(await outcomeOf('broken')).toMatchObject({
    status: 'Failed',
    error: { code: 'constraint_violated' },
  })
  await untilMetrics(worker, failed)
})

test('a worker waits for a Temporal that is away, is live and not ready, and can be stopped', async () => {
  const worker = await startProcess({ TEMPORAL_ADDRESS: '127.0.0.1:1' })
  await worker.untilStatus('/health/live', 200)
  await sleep(1_500)
  expect(await worker.status('/health/ready')).toBe(503)
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
})

test('a worker whose Temporal comes late works as if it had been there, with its metrics', async () => {
  const port = await freePort()
  const worker = await startProcess({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` })
  await worker.untilStatus('/health/live', 200)
  await sleep(1_500)
  expect(await worker.status('/metrics')).toBe(200)
  await using _late = await forward(port, testTemporalSettings().address)
  await worker.untilStatus('/health/ready', 200)
  const scope = newTestScope()
  const { workflowId } = await temporal.startWorkflow(probe, { key: '1' }, scope)
  expect((await temporal.workflowResult(scope, workflowId, { waitMs: 30_000 })).status).toBe('Completed')
  await untilMetrics(worker, /^temporal_workflow_completed\{/m)
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
})

test('a worker that is stopped while it waits for its database ends at once', async () => {
  const worker = await startProcess({ PROBE_DEPENDENCY: 'missing' })
  await worker.untilStatus('/health/live', 200)
  await sleep(1_500)
  worker.child.kill('SIGTERM')
  const started = performance.now()
  expect(await worker.ended).toBe(0)
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('everything that is wrong with the configuration is told at once, and nothing starts', async () => {
  const wrong = {
    HEALTH_PORT: '99999',
    ACTIVITY_SLOTS: 'many',
    LOG_LEVEL: 'loud',
    TEMPORAL_DEPLOYMENT_NAME: 'x',
  }
  const worker = await startProcess(wrong)
  expect(await worker.ended).toBe(1)
  const [, problems] = await worker.output
  for (const name of Object.keys(wrong)) expect(problems).toContain(`  ${name}: `)
})

test('--check-config tells that all is well and ends', async () => {
  const worker = await startProcess({}, ['--check-config'])
  expect(await worker.ended).toBe(0)
  expect((await worker.output)[0]).toBe('The configuration is usable.\n')
})
