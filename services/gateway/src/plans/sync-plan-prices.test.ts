import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSubscription } from '../testing/add-subscription.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('200 with the ids of a workflow that Temporal has; again while it runs, the same run', async () => {
  const { planId } = await addSubscription(caller)
  const workflow_id = `price-sync:${caller.scoped.scope.environmentId}:${planId}`
  const first = await caller.call('POST', `/plans/${planId}/sync/subscriptions`)
  expect(first).toMatchObject({
    status: 200,
    body: { workflow_id, run_id: expect.any(String), message: expect.any(String) },
  })
  expect(await caller.call('GET', `/workflows/${workflow_id}`)).toMatchObject({
    status: 200,
    body: { status: 'Running', workflow_type: 'PriceSyncWorkflow', entity: 'plan', entity_id: planId },
  })
  const second = await caller.call('POST', `/plans/${planId}/sync/subscriptions`, {})
  expect(second.body).toEqual(first.body)
})

test("404 for an unknown plan, another tenant's and the id of a customer; nothing is started", async () => {
  const { planId, customerId } = await addSubscription(caller)
  const stranger = await gateway.newCaller()
  for (const [who, id] of [
    [caller, 'plan_nope'],
    [stranger, planId],
    [caller, customerId],
  ] as const) {
    expect(await who.call('POST', `/plans/${id}/sync/subscriptions`)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
  }
  const workflow_id = `price-sync:${caller.scoped.scope.environmentId}:${planId}`
  expect(await caller.call('GET', `/workflows/${workflow_id}`)).toMatchObject({ status: 404 })
})

test('400 for a body with fields: it takes none', async () => {
  const { planId } = await addSubscription(caller)
  expect(await caller.call('POST', `/plans/${planId}/sync/subscriptions`, { force: true })).toMatchObject({
    status: 400,
    body: { details: { fields: { force: expect.any(String) } } },
  })
})

test('503 with Retry-After when Temporal is down, and nothing is half made', async () => {
  await using without = await startGateway({ temporalAddress: '127.0.0.1:1' })
  const own = await without.newCaller()
  const { planId } = await addSubscription(own)
  const answer = await own.call('POST', `/plans/${planId}/sync/subscriptions`)
  expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  // The catalog needs no workflow: it works on.
  expect(await own.call('GET', `/plans/${planId}`)).toMatchObject({ status: 200 })
})
