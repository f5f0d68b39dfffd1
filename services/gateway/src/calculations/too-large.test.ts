import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const long = { start_date: '2020-01-01T00:00:00Z' }
/** The most that is stored has 20 digits. */
const most = '99999999999999999999'

async function subscribe(planId: string, externalId: string): Promise<string> {
  await caller.create('/customers', { external_id: externalId, name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    ...{ external_customer_id: externalId, plan_id: planId, currency: 'usd' },
    ...{ billing_period: 'MONTHLY', start_date: '2026-08-01T00:00:00Z' },
  })
  return id
}

test('usage whose charge is more than can be stored fails its own subscription, not the others of its page', async () => {
  const { id: planId } = await caller.create('/plans', { name: 'Bytes' })
  const meter = { event_name: 'bytes', aggregation: { type: 'SUM', field: 'size' } }
  const feature = await caller.create('/features', meteredFeatureBody({}, meter))
  const usage = usageOf(feature.meter_id, { ...long, amount: '0.0000000001' })
  await caller.create('/prices', priceBody(planId, usage))
  const ids = [
    await subscribe(planId, 'huge'),
    await subscribe(planId, 'large'),
    await subscribe(planId, 'small'),
  ]
  for (const [external_customer_id, size] of [
    ['huge', `1${'0'.repeat(40)}`],
    ['large', most],
    ['large', most],
    ['small', '1e3 bytes'],
    ['small', most],
  ]) {
    await caller.call('POST', '/events', {
      ...{ event_name: 'bytes', external_customer_id, properties: { size } },
      timestamp: '2026-08-02T00:00:00Z',
    })
  }
  const items = await calculate(caller, { subscription_ids: ids, create_drafts: true })
  expect(items).toMatchObject([
    {
      subscription_id: ids[0],
      error: { code: 'validation_error', message: expect.stringMatching(/quantity of 10{40} .*20 digits/) },
    },
    // The limits of stored money are none of a quantity's.
    { subscription_id: ids[1], total: '20000000000', lines: [{ quantity: '199999999999999999998' }] },
    { subscription_id: ids[2], total: '10000000000', lines: [{ quantity: most }] },
  ])
})

test('the totals of many are larger than any of them may be', async () => {
  const { id: planId } = await caller.create('/plans', { name: 'Dear' })
  await caller.create('/prices', priceBody(planId, { ...long, amount: '60000000000000000000' }))
  // Three in two slices: one slice has the sum of two.
  const ids = [
    await subscribe(planId, 'dear-1'),
    await subscribe(planId, 'dear-2'),
    await subscribe(planId, 'dear-3'),
  ]
  const items = await calculate(caller, { subscription_ids: ids })
  expect(items).toMatchObject(ids.map(() => ({ total: '60000000000000000000' })))
})
