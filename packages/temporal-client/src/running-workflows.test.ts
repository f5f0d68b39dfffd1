import { probe } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { afterAll, expect, test, vi } from 'vitest'

// No worker: what is started stays as it is.
const temporal = createTestTemporal()
afterAll(() => temporal[Symbol.asyncDispose]())

const ofProbe = { taskQueue: 'ProbeWorkflowTaskQueue', workflow: 'probe' }
const start = (scope: ReturnType<typeof newTestScope>, key: string) =>
  temporal.startWorkflow(probe, { key, pokes: 1 }, scope)

test('what runs in the own environment is counted, since the oldest start, and nobody else is', async () => {
  const scope = newTestScope()
  const running = () => temporal.runningWorkflows(scope, [probe.definition])
  expect(await running()).toEqual([{ ...ofProbe, running: 0, since: undefined }])
  const first = await start(scope, 'a')
  await start(scope, 'b')
  await start(newTestScope(), 'c')
  await start({ ...scope, environmentId: newTestScope().environmentId }, 'd')
  const { startTime } = await temporal.describeWorkflow(scope, first.workflowId)
  await vi.waitFor(
    async () => expect(await running()).toEqual([{ ...ofProbe, running: 2, since: startTime }]),
    10_000,
  )
})

test('among more than can be listed the oldest is found, too', async () => {
  const scope = newTestScope()
  const first = await start(scope, 'first')
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  await Promise.all(Array.from({ length: 40 }, (_, index) => start(scope, `later-${index}`)))
  const { startTime } = await temporal.describeWorkflow(scope, first.workflowId)
  await vi.waitFor(
    async () =>
      expect(await temporal.runningWorkflows(scope, [probe.definition])).toEqual([
        { ...ofProbe, running: 41, since: startTime },
      ]),
    15_000,
  )
})

test('of very many that began at once it is told when, within a moment', async () => {
  const scope = newTestScope()
  const began = Date.now()
  await Promise.all(Array.from({ length: 40 }, (_, index) => start(scope, `at-once-${index}`)))
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const [found] = await temporal.runningWorkflows(scope, [probe.definition])
  expect(found?.running).toBe(40)
  expect(Math.abs((found?.since?.getTime() ?? 0) - began)).toBeLessThan(2_000)
})
