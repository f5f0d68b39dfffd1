import { listQueues } from '@flexprice/contracts/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addSubscription } from '../testing/add-subscription.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller
let workflowId: string
let planId: string

beforeAll(async () => {
  gateway = await startGateway({ config: { waitMsMax: 300 } })
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
  planId = (await addSubscription(caller)).planId
  workflowId = `price-sync:${caller.scoped.scope.environmentId}:${planId}`
  await caller.call('POST', `/plans/${planId}/sync/subscriptions`)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('getTaskResult 200 Running at once, and after at most the wait limit', async () => {
  const path = `/tasks/result?workflow_id=${workflowId}`
  const running = {
    status: 200,
    body: { workflow_id: workflowId, status: 'Running', message: expect.any(String) },
  }
  expect(await caller.call('GET', path)).toMatchObject(running)
  const started = performance.now()
  expect(await caller.call('GET', `${path}&wait=10m`)).toMatchObject(running)
  const waitedMs = performance.now() - started
  expect(waitedMs).toBeGreaterThan(200)
  expect(waitedMs).toBeLessThan(5_000)
})

test('503 of who waits for a queue that nobody works on says that, and which', async () => {
  const answer = await caller.call('POST', '/subscriptions', {
    external_customer_id: 'nobody-works',
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
  })
  expect(answer).toMatchObject({
    status: 503,
    body: {
      code: 'service_unavailable',
      message: expect.stringMatching(/^No worker has taken the work from the queue [\w-]+; /),
      details: { workflow_id: expect.any(String) },
    },
  })
})

test.each(['30', '30h', '-1s', 's'])('getTaskResult 400 for wait=%s', async (wait) => {
  expect(await caller.call('GET', `/tasks/result?workflow_id=${workflowId}&wait=${wait}`)).toMatchObject({
    status: 400,
    body: { details: { fields: { wait: expect.any(String) } } },
  })
})

test('getTaskResult 400 without a workflow id and for an unknown parameter', async () => {
  expect(await caller.call('GET', '/tasks/result')).toMatchObject({ status: 400 })
  expect(await caller.call('GET', '/tasks/result?workflow_id=a&verbose=1')).toMatchObject({
    status: 400,
    body: { details: { fields: { verbose: expect.any(String) } } },
  })
})

test('404 for another tenant, for an unknown workflow and for an unknown run', async () => {
  for (const path of [`/tasks/result?workflow_id=${workflowId}`, `/workflows/${workflowId}`]) {
    expect(await stranger.call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  expect(await stranger.call('POST', `/workflows/${workflowId}/cancel`)).toMatchObject({ status: 404 })
  expect(await caller.call('GET', '/tasks/result?workflow_id=price-sync:a:b')).toMatchObject({ status: 404 })
  const unknownRun = '00000000-0000-4000-8000-000000000000'
  expect(await caller.call('GET', `/workflows/${workflowId}?run_id=${unknownRun}`)).toMatchObject({
    status: 404,
  })
})

test('getWorkflow 200 for ids with colons; queryWorkflow 200 finds it for its own tenant only', async () => {
  expect(await caller.call('GET', `/workflows/${workflowId}`)).toMatchObject({
    status: 200,
    body: {
      workflow_id: workflowId,
      task_queue: 'PriceSyncWorkflowTaskQueue',
      start_time: expect.any(String),
    },
  })
  const search = {
    entity: 'plan',
    entity_id: planId,
    workflow_status: 'Running',
    workflow_type: 'PriceSyncWorkflow',
  }
  // Temporal's search follows its state after a moment.
  await expect
    .poll(async () => (await caller.call('POST', '/workflows/search', search)).body, { timeout: 15_000 })
    .toMatchObject({ items: [{ workflow_id: workflowId }], pagination: { total: 1, limit: 50, offset: 0 } })
  expect(await stranger.call('POST', '/workflows/search', search)).toMatchObject({ body: { items: [] } })
  for (const workflow_status of ['RUNNING', 'running']) {
    const found = await caller.call('POST', '/workflows/search', { ...search, workflow_status })
    expect(found).toMatchObject({ status: 200, body: { pagination: { total: 1 } } })
  }
  for (const workflow_status of ['CANCELLED', 'canceled', 'TIMED_OUT', 'Terminated', 'failed', 'COMPLETED']) {
    const found = await caller.call('POST', '/workflows/search', { ...search, workflow_status })
    expect(found).toMatchObject({ status: 200, body: { pagination: { total: 0 } } })
  }
  const unknown = await caller.call('POST', '/workflows/search', { ...search, workflow_status: 'asleep' })
  expect(unknown).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('workflow_status') },
  })
})

test('queryWorkflow and getTaskResult 200 over a real connection, where a body that was read has closed', async () => {
  const address = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { 'x-api-key': caller.apiKey, 'content-type': 'application/json' }
  const search = await fetch(`${address}/v1/workflows/search`, {
    method: 'POST',
    headers,
    body: '{"limit":1}',
  })
  expect(search.status).toBe(200)
  const path = `/v1/tasks/result?workflow_id=${workflowId}&wait=200ms`
  expect(await (await fetch(address + path, { headers })).json()).toMatchObject({ status: 'Running' })
})

test('queryWorkflow 400 for a state that does not exist, not_implemented for another order', async () => {
  expect(await caller.call('POST', '/workflows/search', { workflow_status: 'ASLEEP' })).toMatchObject({
    status: 400,
    body: { code: 'validation_error' },
  })
  expect(await caller.call('POST', '/workflows/search', { order: 'asc' })).toMatchObject({
    status: 400,
    body: { code: 'not_implemented' },
  })
})

test('listQueues 200 with what runs in the own environment, and since when; of others it tells nothing', async () => {
  const { body } = await caller.call('GET', `/workflows/${workflowId}`)
  const { start_time } = z.object({ start_time: z.string() }).parse(body)
  const queue = { name: 'PriceSyncWorkflowTaskQueue', workflow: 'price-sync' }
  const queuesOf = async (who: Caller) => {
    const answer = await who.call('GET', '/queues')
    expect(answer.status).toBe(200)
    return listQueues.schema.response[200].parse(answer.body).items.find(({ name }) => name === queue.name)
  }
  await expect
    .poll(() => queuesOf(caller), { timeout: 15_000 })
    .toEqual({ ...queue, running: 1, running_since: new Date(start_time) })
  expect(await queuesOf(stranger)).toEqual({ ...queue, running: 0 })
})

test('cancelWorkflow 200 for one that runs', async () => {
  expect(await caller.call('POST', `/workflows/${workflowId}/cancel`)).toMatchObject({
    status: 200,
    body: { workflow_id: workflowId, run_id: expect.any(String) },
  })
})

test('503 with Retry-After for each when Temporal is down', async () => {
  await using without = await startGateway({ temporalAddress: '127.0.0.1:1' })
  const own = await without.newCaller()
  const calls = [
    own.call('GET', '/tasks/result?workflow_id=a&wait=1s'),
    own.call('GET', '/workflows/a'),
    own.call('POST', '/workflows/search'),
    own.call('POST', '/workflows/a/cancel'),
    own.call('GET', '/queues'),
  ]
  for (const answer of await Promise.all(calls)) {
    expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
    expect(answer.headers).toHaveProperty('retry-after')
  }
})
