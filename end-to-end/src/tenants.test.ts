import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StartedSync } from './api-client.ts'
import { makePlan } from './plan-under-test.ts'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

let stack: StackUnderTest
let planId: string
let sync: StartedSync
beforeAll(async () => {
  stack = await startStack()
  const plan = await makePlan(stack, 10)
  planId = plan.planId
  await plan.addPrices(1)
  sync = await stack.api.startSync(planId)
  await stack.api.result(sync)
})
afterAll(() => stack[Symbol.asyncDispose]())

test("another tenant's key finds neither the plan nor its sync, which it cannot start or cancel either", async () => {
  const { api: other } = await stack.newTenant()
  const { workflow_id, run_id } = sync
  for (const [method, path] of [
    ['GET', `/plans/${planId}`],
    ['POST', `/plans/${planId}/sync/subscriptions`],
    ['GET', `/tasks/result?workflow_id=${workflow_id}`],
    ['GET', `/tasks/result?workflow_id=${workflow_id}&run_id=${run_id}`],
    ['GET', `/workflows/${workflow_id}`],
    ['GET', `/workflows/${workflow_id}?run_id=${run_id}`],
    ['POST', `/workflows/${workflow_id}/cancel`],
  ] as const) {
    expect(await other.call(method, path), path).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  for (const filter of [{}, { workflow_id }, { entity: 'plan', entity_id: planId }]) {
    const found = await other.send('POST', '/workflows/search', filter)
    expect(found).toMatchObject({ items: [], pagination: { total: 0 } })
  }
  expect(await other.send('POST', '/plans/search', {})).toMatchObject({ items: [], pagination: { total: 0 } })
})

test('the owner finds all of it', async () => {
  const { workflow_id } = sync
  const found = async () => stack.api.send('POST', '/workflows/search', { entity: 'plan', entity_id: planId })
  await expect.poll(found, { timeout: 10_000 }).toMatchObject({ items: [{ workflow_id, entity_id: planId }] })
  expect(await stack.api.send('GET', `/workflows/${workflow_id}`)).toMatchObject({ status: 'Completed' })
})
