import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { invoicesOf } from '../testing/bill.ts'
import { change, changeTo, startGatewayWithChanges } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const details = z.object({ line_items: z.array(z.looseObject({ amount: z.string(), quantity: z.string() })) })

/** Two plans with a price each of one meter, and what each leaves free of it. */
async function meteredPlans(
  meter: object,
  prices: readonly { readonly amount: string; readonly free?: number; readonly fee?: string }[],
): Promise<string[]> {
  const feature = await caller.create('/features', meteredFeatureBody({}, meter))
  const plans: string[] = []
  for (const { amount, free, fee } of prices) {
    const plan = await caller.create('/plans', { name: `Plan of ${amount}` })
    const since = { start_date: '2020-01-01T00:00:00Z' }
    await caller.create('/prices', priceBody(plan.id, { ...since, ...usageOf(feature.meter_id, { amount }) }))
    if (fee) await caller.create('/prices', priceBody(plan.id, { ...since, amount: fee }))
    if (free !== undefined) {
      const granted = { feature_id: feature.id, feature_type: 'metered', usage_limit: free }
      await caller.create('/entitlements', {
        plan_id: plan.id,
        entity_type: 'PLAN',
        entity_id: plan.id,
        ...granted,
      })
    }
    plans.push(plan.id)
  }
  return plans
}

async function subscribed(planId: string | undefined): Promise<string> {
  const customer = await caller.create('/customers', { external_id: 'used', name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    ...{ customer_id: customer.id, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
  })
  return id
}

async function use(times: number, at: string, properties: object = {}): Promise<void> {
  for (let time = 0; time < times; time++) {
    const event = { event_name: 'api_call', external_customer_id: 'used', timestamp: at, properties }
    expect(await caller.call('POST', '/events', event)).toMatchObject({ status: 202 })
  }
}

async function changed(id: string, planId: string | undefined): Promise<void> {
  expect(await change(caller, id, changeTo(planId ?? ''))).toMatchObject({ status: 200 })
}

/** What June's invoice bills, in the order of its lines. */
async function billedOfJune(id: string): Promise<string[]> {
  await moveClock(caller, '2026-07-01T02:00:00Z')
  const june = (await invoicesOf(caller, id)).find(
    ({ billing_reason }) => billing_reason === 'SUBSCRIPTION_CYCLE',
  )
  const { body } = await caller.call('GET', `/invoices/${june?.id}`)
  return details.parse(body).line_items.map(({ quantity, amount }) => `${quantity} for ${amount}`)
}

test('what is counted bills at the old price until the change and at the new one after it, when the period ends', async () => {
  const [old, next] = await meteredPlans({}, [{ amount: '1' }, { amount: '2' }])
  const id = await subscribed(old)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use(3, '2026-06-05T00:00:00Z')
  await changed(id, next)
  await caller.moveClock('2026-06-21T00:00:00Z')
  await use(4, '2026-06-20T00:00:00Z')
  expect(await billedOfJune(id)).toEqual(['3 for 3', '4 for 8'])
})

test('what the old plan has freed is not free again: of 3 and 5 free, 2 are used before and 6 after; 3 are billed', async () => {
  const [old, next] = await meteredPlans({}, [
    { amount: '1', free: 3 },
    { amount: '2', free: 5 },
  ])
  const id = await subscribed(old)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use(2, '2026-06-05T00:00:00Z')
  await changed(id, next)
  await caller.moveClock('2026-06-21T00:00:00Z')
  await use(6, '2026-06-20T00:00:00Z')
  // 5 − 2 are free after it.
  expect(await billedOfJune(id)).toEqual(['0 for 0', '3 for 6'])
})

test('a greatest value goes on: 10 at 1 for half of June and at 3 for the other half are 5 and 15', async () => {
  const meter = { aggregation: { type: 'MAX', field: 'seats' } }
  const [old, next] = await meteredPlans(meter, [{ amount: '1' }, { amount: '3' }])
  const id = await subscribed(old)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use(1, '2026-06-05T00:00:00Z', { seats: 10 })
  await changed(id, next)
  await caller.moveClock('2026-06-21T00:00:00Z')
  await use(1, '2026-06-20T00:00:00Z', { seats: 7 })
  expect((await billedOfJune(id)).map((line) => line.split(' for ')[1])).toEqual(['5', '15'])
})

test('and each plan takes its own allowance off that value: (10 − 2) × 1 ÷ 2 and (10 − 4) × 3 ÷ 2', async () => {
  const meter = { aggregation: { type: 'MAX', field: 'seats' } }
  const [old, next] = await meteredPlans(meter, [
    { amount: '1', free: 2 },
    { amount: '3', free: 4 },
  ])
  const id = await subscribed(old)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use(1, '2026-06-05T00:00:00Z', { seats: 10 })
  await changed(id, next)
  expect((await billedOfJune(id)).map((line) => line.split(' for ')[1])).toEqual(['4', '9'])
})

test('what is credited of an invoice that waits for late events lowers it as it is, and stays so when it is closed', async () => {
  const [old, next] = await meteredPlans({}, [
    { amount: '1', fee: '90' },
    { amount: '1', fee: '30' },
  ])
  const id = await subscribed(old)
  await caller.moveClock('2026-06-16T00:00:00Z')
  await use(5, '2026-06-05T00:00:00Z')
  await moveClock(caller, '2026-07-01T00:00:00Z')
  // The hour is not over: of July all comes back of 90, and 30 are charged of it.
  await changed(id, next)
  await use(1, '2026-06-30T00:00:00Z')
  await moveClock(caller, '2026-07-01T02:00:00Z')
  const cycle = (await invoicesOf(caller, id)).find(
    ({ billing_reason }) => billing_reason === 'SUBSCRIPTION_CYCLE',
  )
  // 6 of usage, 90, less 60.
  expect(cycle).toMatchObject({
    invoice_status: 'FINALIZED',
    total: '96',
    adjustment_amount: '60',
    amount_due: '36',
  })
  expect(await caller.call('POST', '/wallets/search', {})).toMatchObject({ body: { items: [] } })
  expect(await caller.call('POST', `/invoices/${cycle?.id}/void`)).toMatchObject({ status: 409 })
})
