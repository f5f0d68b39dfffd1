import { setTimeout as sleep } from 'node:timers/promises'
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { Context } from '@temporalio/activity'
import { afterAll, expect, test, vi } from 'vitest'
import { pretendPriceSync } from './testing/pretend-activities.ts'

const contract = workflows['price-sync']
const temporal = createTestTemporal()
const bundle = {
  workflows: import.meta.resolve('@flexprice/workflows/price-sync'),
  interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
}

afterAll(() => temporal[Symbol.asyncDispose]())

function startWorker(activities: object) {
  return startTestWorker({ definition: contract.definition, bundle, activities })
}

async function start(scope = newTestScope()) {
  const started = await temporal.startWorkflow(contract, { plan_id: 'plan_1' }, scope)
  return {
    scope,
    ...started,
    outcome: () => temporal.workflowResult(scope, started.workflowId, { waitMs: 30_000 }),
  }
}

test('one pass over all slices, and its result', async () => {
  const sliced: number[] = []
  const activities = pretendPriceSync({ slices: [0, 1, 2], onSlice: (slice) => void sliced.push(slice) })
  await using _worker = await startWorker(activities)
  const { scope, workflowId, outcome } = await start()
  expect(workflowId).toBe(`price-sync:${scope.environmentId}:plan_1`)
  const ended = await outcome()
  expect(ended).toMatchObject({ status: 'Completed', entityType: 'plan', entityId: 'plan_1' })
  expect(contract.result.parse(ended.result)).toMatchObject({
    plan_id: 'plan_1',
    subscriptions_processed: 10,
  })
  expect(sliced.sort()).toEqual([0, 1, 2])
  // The signal that came with the start asked for this pass, not for one more.
  expect(activities.plan.passes).toBe(1)
})

test('a plan without changes takes one look', async () => {
  const activities = pretendPriceSync()
  activities.plan.synced = activities.plan.edits
  await using _worker = await startWorker(activities)
  const { outcome } = await start()
  expect(await outcome()).toMatchObject({
    result: { subscriptions_processed: 0, subscriptions_unchanged: 10, prices_added: 0 },
  })
  expect(activities.plan.passes).toBe(1)
})

test('a price that is edited while its plan is synced is not lost: the running one looks again', async () => {
  const scope = newTestScope()
  let requested = false
  const activities = pretendPriceSync({
    async onSlice(slice, plan) {
      if (slice !== 0 || requested) return
      requested = true
      plan.edits++
      await start(scope)
    },
  })
  await using _worker = await startWorker(activities)
  const { outcome } = await start(scope)
  expect(await outcome()).toMatchObject({
    status: 'Completed',
    result: { subscriptions_processed: 20, prices_added: 20, skipped_by_reason: { overridden: 2 } },
  })
  expect(activities.plan).toEqual({ edits: 2, synced: 2, passes: 2 })
})

test('no request is lost, whenever it comes', async () => {
  const scope = newTestScope()
  const activities = pretendPriceSync()
  await using _worker = await startWorker(activities)
  for (let edit = 0; edit < 25; edit++) {
    activities.plan.edits++
    await start(scope)
    await sleep(edit * 3)
  }
  await vi.waitFor(() => expect(activities.plan.synced).toBe(activities.plan.edits), 20_000)
})

test('a slice that fails for good ends the sync with its code, after the other slices have stopped', async () => {
  let running = 0
  const activities = pretendPriceSync({
    async onSlice(slice) {
      if (slice === 0) throw new CodedError('not_found', 'Plan plan_1 does not exist')
      running++
      await untilCancelled().finally(() => running--)
    },
  })
  await using _worker = await startWorker(activities)
  const { outcome } = await start()
  expect(await outcome()).toMatchObject({
    status: 'Failed',
    error: { code: 'not_found', message: 'Plan plan_1 does not exist' },
  })
  expect(running).toBe(0)
})

test('a cancelled sync ends Canceled after each slice has come to its checkpoint', async () => {
  let checkpoints = 0
  const activities = pretendPriceSync({ onSlice: () => untilCancelled().finally(() => checkpoints++) })
  await using _worker = await startWorker(activities)
  const { scope, workflowId, outcome } = await start()
  await vi.waitFor(() => expect(activities.plan.passes).toBe(1), 10_000)
  await sleep(200)
  await temporal.cancelWorkflow(scope, workflowId)
  expect((await outcome()).status).toBe('Canceled')
  expect(checkpoints).toBe(2)
})

test('a sync that is cancelled while a slice is failing ends Canceled too', async () => {
  const activities = pretendPriceSync({
    async onSlice() {
      await untilCancelled().catch(() => undefined)
      throw new CodedError('database_error', 'The database cannot be reached')
    },
  })
  await using _worker = await startWorker(activities)
  const { scope, workflowId, outcome } = await start()
  await vi.waitFor(() => expect(activities.plan.passes).toBe(1), 10_000)
  await sleep(200)
  await temporal.cancelWorkflow(scope, workflowId)
  expect((await outcome()).status).toBe('Canceled')
})

test('a request that comes while a cancel takes effect is not lost: a new run serves it', async () => {
  const scope = newTestScope()
  let first = true
  const activities = pretendPriceSync({
    slices: [0],
    async onSlice() {
      if (!first) return
      first = false
      await untilCancelled()
    },
  })
  await using _worker = await startWorker(activities)
  const { workflowId } = await start(scope)
  await vi.waitFor(() => expect(first).toBe(false), 10_000)
  await temporal.cancelWorkflow(scope, workflowId)
  await sleep(300)
  activities.plan.edits++
  await start(scope)
  await vi.waitFor(() => expect(activities.plan.synced).toBe(activities.plan.edits), 20_000)
})

async function untilCancelled(): Promise<void> {
  const context = Context.current()
  for (;;) {
    context.heartbeat()
    context.cancellationSignal.throwIfAborted()
    await sleep(20)
  }
}
