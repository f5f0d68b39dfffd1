import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import { testFairnessJobs } from '@flexprice/testing'
import { type ProbeActivities, probe, probeBundle } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { afterAll, expect, test } from 'vitest'

const temporal = createTestTemporal()
afterAll(() => temporal[Symbol.asyncDispose]())

const jobs = testFairnessJobs()
const startedAtOnce = 20
/** Long beside what Temporal adds to it, so that what is compared is the waiting. */
const jobMs = 500
const timesMeasured = 5

test(`${jobs} jobs of one tenant delay another tenant's one by at most three times of what it takes alone`, {
  timeout: 120_000 + jobs * 300,
}, async () => {
  // A queue of its own, whose one worker does one thing after the other.
  const taskQueue = `Fair${randomUUID().slice(0, 8)}TaskQueue` as const
  const { whenRunning: _, ...rest } = probe
  const contract = { ...rest, definition: { ...probe.definition, taskQueue } }
  let done = 0
  const activities: ProbeActivities = {
    lookUp: async () => 'looked up',
    async work() {
      await sleep(jobMs)
      done += 1
    },
  }
  await using _worker = await startTestWorker({
    definition: contract.definition,
    activities,
    bundle: probeBundle,
    config: { activitySlots: 1, workflowSlots: 2 },
  })
  const small = newTestScope()
  const medianMs = async (name: string) => {
    const times: number[] = []
    for (let time = 0; time < timesMeasured; time++) {
      const begun = performance.now()
      const { workflowId, runId } = await temporal.startWorkflow(contract, { key: `${name}-${time}` }, small)
      const { status } = await temporal.workflowResult(small, workflowId, { runId, waitMs: 120_000 })
      expect(status).toBe('Completed')
      times.push(performance.now() - begun)
    }
    return times.toSorted((a, b) => a - b)[Math.floor(timesMeasured / 2)] ?? Number.NaN
  }

  const aloneMs = await medianMs('alone')
  const large = newTestScope()
  for (let next = 0; next < jobs; next += startedAtOnce) {
    const keys = Array.from({ length: Math.min(startedAtOnce, jobs - next) }, (_, index) => `${next + index}`)
    await Promise.all(keys.map((key) => temporal.startWorkflow(contract, { key }, large)))
  }
  const besideMs = await medianMs('beside')
  const report = { jobs, aloneMs, besideMs, times: besideMs / aloneMs, done }
  console.info(JSON.stringify(report))
  // Else nothing was waited for.
  expect(done, JSON.stringify(report)).toBeLessThan(jobs)
  expect(besideMs / aloneMs, JSON.stringify(report)).toBeLessThanOrEqual(3)
})
