import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  addPreviewedPlan,
  completed,
  itemsOf,
  lineOf,
  previewOf,
  subscribe,
} from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithSync()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const effective_from = '2026-08-15T00:00:00.000Z'
const lines = z.object({
  items: z.array(z.looseObject({ price: z.looseObject({ amount: z.string(), type: z.string() }) })),
})

async function amountsOf(subscriptionId: string) {
  const search = { subscription_ids: [subscriptionId], active_filter: true, expand: 'prices' }
  const { body } = await caller.call('POST', '/subscriptions/lineitems/search', search)
  return lines
    .parse(body)
    .items.filter(({ price }) => price.type === 'FIXED')
    .map(({ price }) => price.amount)
}

test('a line whose amount is named as the plan has it today keeps it, whatever the plan becomes', async () => {
  const { planId, fixedId, first } = await addPreviewedPlan(caller)
  const other = await subscribe(caller, planId)
  const line = await lineOf(caller, first.id, fixedId)
  const kept = { amount: '10.00', effective_from }
  const answer = await caller.call('PUT', `/subscriptions/lineitems/${line}`, kept)
  expect(answer).toMatchObject({
    status: 200,
    body: { price: { amount: '10', entity_type: 'SUBSCRIPTION' } },
  })
  const { id } = z.looseObject({ id: z.string() }).parse(answer.body)
  // Once it is the subscription's own, the same again changes nothing.
  expect(await caller.call('PUT', `/subscriptions/lineitems/${id}`, kept)).toMatchObject({ body: { id } })
  // Of a line's quantity nothing is said of its price.
  const otherLine = await lineOf(caller, other, fixedId)
  await caller.call('PUT', `/subscriptions/lineitems/${otherLine}`, { quantity: '1' })
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '12', effective_from }])
  const items = await itemsOf(caller, planId, previewId)
  expect(items.find(({ subscription_id }) => subscription_id === first.id)).toMatchObject({
    prices: [{ price_id: fixedId, effect: 'overridden' }],
    difference: '0',
  })
  expect(items.find(({ subscription_id }) => subscription_id === other)).toMatchObject({ outcome: 'touched' })
  expect((await caller.call('PUT', `/prices/${fixedId}`, { amount: '12', effective_from })).status).toBe(200)
  await completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))
  expect(await amountsOf(first.id)).toEqual(['10'])
  expect(await amountsOf(other)).toEqual(['12'])
})
