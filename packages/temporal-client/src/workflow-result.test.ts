import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '@flexprice/domain'
import { startTestWorker, type TestWorker } from '@flexprice/temporal-worker/testing'
import { type ProbeInput, probe, probeBundle } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { Context } from '@temporalio/activity'
import { afterAll, beforeAll, expect, test } from 'vitest'

const temporal = createTestTemporal()
let worker: TestWorker

beforeAll(async () => {
  const activities = { lookUp: async () => null, work }
  worker = await startTestWorker({ definition: probe.definition, bundle: probeBundle, activities })
})

afterAll(async () => {
  await worker[Symbol.asyncDispose]()
  await temporal[Symbol.asyncDispose]()
})

async function work({ key }: ProbeInput): Promise<unknown> {
  switch (key) {
    case 'refused':
      throw new CodedError('validation_error', 'name: is taken', {
        details: { fields: [{ path: 'name', message: 'is taken' }] },
      })
    case 'broken':
      throw new CodedError('internal_error', 'select secret from customers failed')
    case 'until cancelled':
      return pagesUntilCancelled()
    default:
      return key
  }
}

async function pagesUntilCancelled(): Promise<never> {
  const context = Context.current()
  for (;;) {
    context.heartbeat()
    context.cancellationSignal.throwIfAborted()
    await sleep(50)
  }
}

async function start(key: string, more: { pokes?: number } = {}) {
  const scope = newTestScope()
  return { scope, ...(await temporal.startWorkflow(probe, { key, ...more }, scope)) }
}

test('a running workflow is told as Running at once, and after the wait', async () => {
  const { scope, workflowId } = await start('running', { pokes: 5 })
  expect(await temporal.workflowResult(scope, workflowId)).toMatchObject({ status: 'Running' })
  const started = performance.now()
  expect(await temporal.workflowResult(scope, workflowId, { waitMs: 400 })).toMatchObject({
    status: 'Running',
  })
  expect(performance.now() - started).toBeGreaterThan(350)
})

test('the wait ends when the caller has gone', async () => {
  const { scope, workflowId } = await start('abandoned', { pokes: 5 })
  const started = performance.now()
  const options = { waitMs: 30_000, signal: AbortSignal.timeout(200) }
  expect(await temporal.workflowResult(scope, workflowId, options)).toMatchObject({ status: 'Running' })
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('a refusal of the business comes with its own code, message and fields', async () => {
  const { scope, workflowId } = await start('refused')
  expect(await temporal.workflowResult(scope, workflowId, { waitMs: 20_000 })).toMatchObject({
    status: 'Failed',
    error: {
      code: 'validation_error',
      message: 'name: is taken',
      details: { fields: [{ path: 'name', message: 'is taken' }] },
    },
  })
})

test('a cancelled workflow ends Canceled, once its activity has noticed', async () => {
  const { scope, workflowId } = await start('until cancelled')
  await sleep(300)
  await temporal.cancelWorkflow(scope, workflowId)
  const outcome = await temporal.workflowResult(scope, workflowId, { waitMs: 20_000 })
  expect(outcome.status).toBe('Canceled')
  expect(outcome.error).toBeUndefined()
  await expect(temporal.cancelWorkflow(scope, workflowId)).rejects.toMatchObject({
    code: 'invalid_operation',
  })
})

test("another tenant's or environment's workflow does not exist", async () => {
  const { scope, workflowId } = await start('own')
  const stranger = newTestScope()
  const strangers = [
    stranger,
    { ...scope, tenantId: stranger.tenantId },
    { ...scope, environmentId: stranger.environmentId },
  ]
  for (const other of strangers) {
    await expect(temporal.describeWorkflow(other, workflowId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(temporal.workflowResult(other, workflowId, { waitMs: 1_000 })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(temporal.cancelWorkflow(other, workflowId)).rejects.toMatchObject({ code: 'not_found' })
  }
  expect(await temporal.describeWorkflow(scope, workflowId)).toMatchObject({
    workflowId,
    type: 'ProbeWorkflow',
    taskQueue: 'ProbeWorkflowTaskQueue',
    entityType: 'probe',
    entityId: 'own',
    requestId: scope.requestId,
  })
})

test('an id that was never started, and a run id that is none, do not exist', async () => {
  const { scope, workflowId } = await start('known')
  const missing = { code: 'not_found' }
  await expect(temporal.workflowResult(scope, 'probe:never')).rejects.toMatchObject(missing)
  const runId = '00000000-0000-4000-8000-000000000000'
  await expect(temporal.workflowResult(scope, workflowId, { runId })).rejects.toMatchObject(missing)
  await expect(temporal.workflowResult(scope, workflowId, { runId: 'none' })).rejects.toMatchObject(missing)
  await expect(temporal.workflowResult(scope, '')).rejects.toMatchObject(missing)
  await expect(temporal.workflowResult(scope, 'x'.repeat(1_001))).rejects.toMatchObject(missing)
})
