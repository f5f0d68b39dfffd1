import type { Scope } from '@flexprice/domain'
import { probe } from '@flexprice/testing/probe'
import { createTestTemporal, newTestScope } from '@flexprice/testing/temporal'
import { afterAll, expect, test, vi } from 'vitest'

// No worker: what is started stays as it is.
const temporal = createTestTemporal()
const all = { limit: 10, offset: 0 }

afterAll(() => temporal[Symbol.asyncDispose]())

async function startThree(): Promise<Scope> {
  const scope = newTestScope()
  for (const key of ['a', 'b', 'c']) await temporal.startWorkflow(probe, { key, pokes: 1 }, scope)
  await vi.waitFor(async () => expect((await temporal.searchWorkflows(scope, {}, all)).total).toBe(3), 10_000)
  return scope
}

test('the own workflows are found, the latest first, page by page, with their total', async () => {
  const scope = await startThree()
  const { items, total } = await temporal.searchWorkflows(scope, {}, all)
  expect(total).toBe(3)
  expect(items.map((item) => item.entityId)).toEqual(['c', 'b', 'a'])
  const page = await temporal.searchWorkflows(scope, {}, { limit: 1, offset: 1 })
  expect(page).toEqual({ items: [items[1]], total: 3 })
  expect(await temporal.searchWorkflows(scope, {}, { limit: 0, offset: 0 })).toEqual({ items: [], total: 3 })
})

test('each filter narrows', async () => {
  const scope = await startThree()
  const { workflowId } = await temporal.startWorkflow(probe, { key: 'd', pokes: 1 }, scope)
  await temporal.cancelWorkflow(scope, workflowId)
  const found = async (filter: Parameters<typeof temporal.searchWorkflows>[1]) =>
    (await temporal.searchWorkflows(scope, filter, all)).total
  await vi.waitFor(async () => expect(await found({})).toBe(4), 10_000)
  expect(await found({ entityId: 'a' })).toBe(1)
  expect(await found({ workflowId })).toBe(1)
  expect(await found({ statuses: ['Running'] })).toBe(4)
  expect(await found({ statuses: ['Completed', 'Canceled', 'TimedOut', 'Failed', 'Terminated'] })).toBe(0)
  expect(await found({ types: ['ProbeWorkflow', 'PriceSyncWorkflow'] })).toBe(4)
  expect(await found({ types: ['PriceSyncWorkflow'] })).toBe(0)
  expect(await found({ taskQueue: probe.definition.taskQueue, entityType: 'probe' })).toBe(4)
  expect(await found({ startedFrom: new Date(Date.now() + 60_000) })).toBe(0)
  expect(await found({ startedBefore: new Date(Date.now() + 60_000) })).toBe(4)
})

test("no value breaks out of its quotes to another tenant's workflows", async () => {
  await startThree()
  const stranger = newTestScope()
  const attacks = [
    "' OR TenantId != '",
    "x' OR 'a' = 'a",
    "\\' OR TenantId != \\'",
    '" OR TenantId != "',
    '\\',
    "''",
  ]
  for (const attack of attacks) {
    for (const scope of [stranger, { ...stranger, tenantId: attack }]) {
      const { items } = await temporal.searchWorkflows(scope, { entityId: attack, types: [attack] }, all)
      expect(items).toEqual([])
    }
  }
})

test('what waits in a queue is counted, with the age of the oldest', async () => {
  await startThree()
  await vi.waitFor(async () => {
    const [stats] = await temporal.queueStats([probe.definition])
    expect(stats).toMatchObject({ taskQueue: 'ProbeWorkflowTaskQueue', workflow: 'probe' })
    expect(stats?.backlog).toBeGreaterThanOrEqual(3)
    expect(stats?.oldestAgeMs).toBeGreaterThan(0)
  }, 20_000)
})

test('every registered workflow has a queue that can be asked about', async () => {
  const stats = await temporal.queueStats()
  expect(stats.map(({ workflow }) => workflow)).toContain('price-sync')
})
