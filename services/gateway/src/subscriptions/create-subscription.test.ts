import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { makeSubscribable, startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('201 with the subscription and its lines, and its opening invoice is there, paid for nothing else', async () => {
  const { body, planId, priceId, customerId } = await makeSubscribable(caller, { min_quantity: 3 })
  const answer = await caller.call('POST', '/subscriptions', body({ start_date: '2026-01-31T10:00:00Z' }))
  expect(answer).toMatchObject({
    status: 201,
    body: {
      customer_id: customerId,
      plan_id: planId,
      subscription_status: 'active',
      currency: 'usd',
      start_date: '2026-01-31T10:00:00.000Z',
      billing_anchor: '2026-01-31T10:00:00.000Z',
      current_period_start: '2026-01-31T10:00:00.000Z',
      current_period_end: '2026-02-28T10:00:00.000Z',
      next_billing_at: '2026-02-28T10:00:00.000Z',
      timezone: 'UTC',
      payment_behavior: 'default_active',
      line_items: [{ price_id: priceId, quantity: '3', start_date: '2026-01-31T10:00:00.000Z' }],
    },
  })
  const invoices = await caller.scoped.db.selectFrom('invoices').selectAll().execute()
  expect(invoices).toMatchObject([
    { invoice_status: 'FINALIZED', billing_reason: 'SUBSCRIPTION_CREATE', payment_status: 'PENDING' },
  ])
  expect(Number(invoices[0]?.total)).toBe(31.5)
})
