import { randomUUID } from 'node:crypto'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import { changedProbeBundle, type ProbeActivities, probe, probeBundle } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { afterAll, expect, test } from 'vitest'

const temporal = createTestTemporal()
afterAll(() => temporal[Symbol.asyncDispose]())

const patience = { timeout: 60_000, interval: 200 }
const activities: ProbeActivities = {
  lookUp: async () => 'looked up',
  work: async () => 'worked',
}

/** A queue and a worker's name that no other test has: which version a queue has is kept by the server. */
function newDeployment() {
  const unique = randomUUID().slice(0, 8)
  const taskQueue = `Probe${unique}TaskQueue` as const
  const { whenRunning: _, ...rest } = probe
  const contract = { ...rest, definition: { ...probe.definition, taskQueue } }
  return { deployment: `worker-probe-${unique}`, contract }
}

test('a worker with a changed workflow is rolled while runs go on: old ones end on the old version, new ones begin on the new', {
  timeout: 120_000,
}, async () => {
  const { deployment, contract } = newDeployment()
  const { definition } = contract
  // Nothing is kept in memory: each task of a run replays all that it has done.
  const startVersion = (buildId: string, bundle: typeof probeBundle) =>
    startTestWorker({
      definition,
      activities,
      bundle,
      config: { deployment: { deploymentName: deployment, buildId }, cachedWorkflows: 0 },
    })
  const scope = newTestScope()
  const start = (key: string) => temporal.startWorkflow(contract, { key, pokes: 2 }, scope)
  const states = async () =>
    (await temporal.deployments.versions())
      .filter((one) => one.deployment === deployment)
      .map(({ version, state, running }) => ({ version, state, running }))
  const promote = (version: string) => temporal.deployments.promote(deployment, version)

  await using _one = await startVersion('r1', probeBundle)
  await expect.poll(() => promote('r1').catch(String), patience).toBeNull()
  const begun = await start('begun')
  await expect.poll(states, patience).toEqual([{ version: 'r1', state: 'current', running: 1 }])

  await using _two = await startVersion('r2', changedProbeBundle)
  await expect.poll(states, patience).toContainEqual({ version: 'r2', state: 'inactive', running: 0 })
  const beforePromotion = await start('before-promotion')
  await expect.poll(states, patience).toContainEqual({ version: 'r1', state: 'current', running: 2 })
  expect(await promote('r2')).toBe('r1')
  const afterPromotion = await start('after-promotion')
  await expect.poll(states, patience).toEqual([
    { version: 'r1', state: 'draining', running: 2 },
    { version: 'r2', state: 'current', running: 1 },
  ])

  // Starting it again pokes it: the start was the first time.
  for (const key of ['begun', 'before-promotion', 'after-promotion']) await start(key)
  const resultOf = async ({ workflowId, runId }: typeof begun) =>
    (await temporal.workflowResult(scope, workflowId, { runId, waitMs: 30_000 })).result
  expect(await Promise.all([begun, beforePromotion, afterPromotion].map(resultOf))).toMatchObject([
    { local: 'looked up' },
    { local: 'looked up' },
    { local: 'changed' },
  ])
})

test('a version that no worker has polled for is not promoted', async () => {
  const { deployment } = newDeployment()
  await expect(temporal.deployments.promote(deployment, 'r9')).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('r9'),
  })
})
