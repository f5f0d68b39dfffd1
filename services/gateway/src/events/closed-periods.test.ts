import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { usageOf } from '../testing/metered-feature.ts'
import { completed } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling(startGatewayWithSync)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const listed = z.object({ items: z.array(z.looseObject({ timestamp: z.string(), reason: z.string() })) })

test('usage of a price that a sync brought when its period was billed already is listed with that reason', async () => {
  const caller = await newClockedCaller(gateway, '2026-01-01T00:00:00Z')
  // Of its own plan, to have a meter and its events; the other plan has none of it as yet.
  const metered = await addCharged(caller, { start: '2026-01-01T00:00:00Z' })
  const { id: planId } = await caller.create('/plans', { name: 'Late' })
  const long = { start_date: '2020-01-01T00:00:00Z' }
  await caller.create('/prices', priceBody(planId, long))
  const feature = await caller.call('GET', `/features/${metered.featureId}`)
  const { meter_id } = z.looseObject({ meter_id: z.string() }).parse(feature.body)
  const customer = {
    external_customer_id: 'late',
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
  }
  await caller.create('/customers', { external_id: 'late', name: 'Late' })
  await caller.create('/subscriptions', { ...customer, start_date: '2026-01-01T00:00:00Z' })
  const body = z.looseObject({ meter: z.looseObject({ event_name: z.string() }) }).parse(feature.body)
  const use = (id: string, timestamp: string) =>
    caller.call('POST', '/events', {
      ...{ event_id: id, event_name: body.meter.event_name, external_customer_id: 'late', timestamp },
    })
  await caller.moveClock('2026-02-10T00:00:00Z')
  await bill(caller)
  await caller.create('/prices', priceBody(planId, usageOf(meter_id, { ...long, amount: '0.5' })))
  await completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))
  await use('closed', '2026-01-15T00:00:00Z')
  await use('open', '2026-02-05T00:00:00Z')
  const { items } = listed.parse((await caller.call('GET', '/events/unattributed')).body)
  expect(items.map(({ timestamp, reason }) => [timestamp, reason])).toEqual([
    ['2026-01-15T00:00:00.000Z', 'period_closed'],
  ])
})
