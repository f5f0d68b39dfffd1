import { defineContract } from '@flexprice/contracts/workflows'
import { startTestWorker, type TestWorker } from '@flexprice/temporal-worker/testing'
import { type ProbeActivities, probe, probeBundle } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTemporal } from './create-temporal.ts'

const temporal = createTestTemporal()
let worker: TestWorker

const activities: ProbeActivities = {
  lookUp: async () => 'looked up',
  work: async () => 'worked',
}

beforeAll(async () => {
  worker = await startTestWorker({ definition: probe.definition, bundle: probeBundle, activities })
})

afterAll(async () => {
  await worker[Symbol.asyncDispose]()
  await temporal[Symbol.asyncDispose]()
})

describe('a workflow whose second start signals', () => {
  test('starts once, and the running one gets each request', async () => {
    const scope = newTestScope()
    const first = await temporal.startWorkflow(probe, { key: 'twice', pokes: 2 }, scope)
    const second = await temporal.startWorkflow(probe, { key: 'twice', pokes: 2 }, scope)
    expect(second).toEqual(first)
    const outcome = await temporal.workflowResult(scope, first.workflowId, { waitMs: 20_000 })
    expect(outcome).toMatchObject({ status: 'Completed', result: { pokes: 2 } })
  })

  test('starts anew once the earlier one has ended', async () => {
    const scope = newTestScope()
    const first = await temporal.startWorkflow(probe, { key: 'again' }, scope)
    await temporal.workflowResult(scope, first.workflowId, { waitMs: 20_000 })
    const second = await temporal.startWorkflow(probe, { key: 'again' }, scope)
    expect(second.workflowId).toBe(first.workflowId)
    expect(second.runId).not.toBe(first.runId)
    const ofFirst = await temporal.workflowResult(scope, first.workflowId, { runId: first.runId })
    expect(ofFirst).toMatchObject({ runId: first.runId, status: 'Completed' })
  })
})

test('a workflow whose second start is given the running one gives it', async () => {
  const definition = { ...probe.definition, whenRunning: { policy: 'reuse' } } as const
  const reused = defineContract({ ...probe, definition })
  const scope = newTestScope()
  const first = await temporal.startWorkflow(reused, { key: 'reuse', pokes: 1 }, scope)
  expect(await temporal.startWorkflow(reused, { key: 'reuse', pokes: 1 }, scope)).toEqual(first)
})

test('a workflow that is done once gives its run while it runs and when it has completed', async () => {
  const definition = { ...probe.definition, whenRunning: { policy: 'once' } } as const
  const once = defineContract({ ...probe, definition })
  const scope = newTestScope()
  const first = await temporal.startWorkflow(once, { key: 'once' }, scope)
  const both = await temporal.startWorkflow(once, { key: 'once' }, scope)
  expect(both).toEqual(first)
  const outcome = await temporal.workflowResult(scope, first.workflowId, { waitMs: 20_000 })
  expect(outcome).toMatchObject({ status: 'Completed' })
  expect(await temporal.startWorkflow(once, { key: 'once' }, scope)).toEqual(first)
})

test('a workflow whose second start is refused refuses it by already_exists', async () => {
  const definition = { ...probe.definition, whenRunning: { policy: 'refuse' } } as const
  const refused = defineContract({ ...probe, definition })
  const scope = newTestScope()
  const { workflowId } = await temporal.startWorkflow(refused, { key: 'refuse', pokes: 1 }, scope)
  await expect(temporal.startWorkflow(refused, { key: 'refuse', pokes: 1 }, scope)).rejects.toMatchObject({
    code: 'already_exists',
    details: { workflow_id: workflowId },
  })
})

test('what does not fit the schema is refused with the field, and nothing is started', async () => {
  const scope = newTestScope()
  await expect(temporal.startWorkflow(probe, { key: '' }, scope)).rejects.toMatchObject({
    code: 'validation_error',
    details: { fields: [{ path: 'key' }] },
  })
})

test('an id that Temporal cannot hold is refused', async () => {
  await expect(temporal.startWorkflow(probe, { key: 'k'.repeat(300) }, newTestScope())).rejects.toMatchObject(
    { code: 'validation_error' },
  )
})

test('a Temporal that is away is told as service_unavailable, soon, with the time to wait', async () => {
  await using away = createTemporal({ address: '127.0.0.1:1', namespace: 'default' })
  const started = performance.now()
  const failure = { code: 'service_unavailable', retryAfterMs: 5_000 }
  await expect(away.startWorkflow(probe, { key: 'away' }, newTestScope())).rejects.toMatchObject(failure)
  await expect(away.ping()).rejects.toMatchObject(failure)
  await expect(away.workflowResult(newTestScope(), 'probe:x', { waitMs: 60_000 })).rejects.toMatchObject(
    failure,
  )
  expect(performance.now() - started).toBeLessThan(5_000)
})
