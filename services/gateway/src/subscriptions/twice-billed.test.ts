import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const external_customer_id = 'ada'

test('a second subscription to a plan says that both bill the usage of their customer', async () => {
  await caller.create('/customers', { external_id: external_customer_id, name: 'Ada' })
  const tokens = await caller.create('/features', meteredFeatureBody({ name: 'Tokens' }, { name: 'Tokens' }))
  const { id: planId } = await caller.create('/plans', { name: 'AI' })
  await caller.create('/prices', priceBody(planId, usageOf(tokens.meter_id, { amount: '0.5' })))
  const { id: seatsId } = await caller.create('/plans', { name: 'Seats' })
  await caller.create('/prices', priceBody(seatsId))
  const request = (plan_id: string) => ({
    external_customer_id,
    plan_id,
    currency: 'usd',
    billing_period: 'MONTHLY',
  })

  const first = await caller.create('/subscriptions', request(planId))
  expect(first).not.toHaveProperty('warnings')
  const second = await caller.create('/subscriptions', request(planId))
  expect(second).toMatchObject({ warnings: [bothBill(first.id)] })
  // Fees are each subscription's own.
  await caller.create('/subscriptions', request(seatsId))
  expect(await caller.create('/subscriptions', request(seatsId))).not.toHaveProperty('warnings')

  const draft = { ...request(planId), subscription_status: 'draft' }
  const { body } = await caller.call('POST', '/subscriptions/bulk', {
    items: [request(planId), draft, request(planId)],
  })
  const { workflow_id } = z.looseObject({ workflow_id: z.string() }).parse(body)
  const answer = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const { items } = results.parse(answer.body).result
  const [third] = items
  expect(items.map(({ warnings }) => warnings)).toEqual([
    [bothBill(second.id)],
    undefined,
    [bothBill(third?.subscription_id ?? '')],
  ])
})

const item = z.object({ subscription_id: z.string(), warnings: z.array(z.string()).optional() })
const results = z.object({ result: z.object({ items: z.array(item) }) })

function bothBill(id: string): string {
  return `Subscription ${id} of the customer has this plan, too: each bills all of its usage of Tokens`
}
