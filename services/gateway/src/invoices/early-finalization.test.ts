import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const dayMs = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString()

test.each([
  ['before it starts', 'SUBSCRIPTION_CREATE', { start_date: inDays(3) }],
  ['while it is on trial', 'SUBSCRIPTION_TRIAL_END', { start_date: inDays(-1), trial_period_days: 10 }],
])('nothing of a subscription is finalized %s', async (name, reason, choices) => {
  const { id: plan } = await caller.create('/plans', { name })
  await caller.create('/prices', priceBody(plan, { amount: '10', start_date: '2020-01-01T00:00:00Z' }))
  await caller.create('/customers', { external_id: reason, name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    ...{ external_customer_id: reason, plan_id: plan, currency: 'usd', billing_period: 'MONTHLY' },
    ...choices,
  })
  const [item] = await calculate(caller, { subscription_ids: [id], create_drafts: true })
  const invoice = `/invoices/${item?.invoice_id}`
  expect(await caller.call('GET', invoice)).toMatchObject({
    body: { billing_reason: reason, invoice_status: 'DRAFT', total: '10' },
  })
  for (const path of ['finalize', 'recalculate-v2?finalize=true']) {
    expect(await caller.call('POST', `${invoice}/${path}`)).toMatchObject({ status: 400 })
  }
  expect(await caller.call('GET', invoice)).toMatchObject({ body: { invoice_status: 'DRAFT' } })
})
