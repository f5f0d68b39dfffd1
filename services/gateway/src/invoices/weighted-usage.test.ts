import { priceBody } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

const long = { start_date: '2020-01-01T00:00:00Z' }
const seats = { type: 'WEIGHTED_SUM', field: 'seats' }

test('weighted usage weighs for its own period: before it, for an allowance, and as a value that runs on', async () => {
  await using gateway = await startGatewayWithCharges()
  const caller = await gateway.newCaller()
  const { id: plan } = await caller.create('/plans', { name: 'Seats' })
  for (const reset_usage of ['BILLING_PERIOD', 'NEVER']) {
    const meter = { event_name: reset_usage, aggregation: seats, reset_usage }
    const feature = await caller.create('/features', meteredFeatureBody({ name: reset_usage }, meter))
    await caller.create('/prices', priceBody(plan, usageOf(feature.meter_id, { ...long, amount: '1' })))
    if (reset_usage === 'NEVER') continue
    await caller.create('/entitlements', {
      ...{ entity_type: 'PLAN', entity_id: plan, plan_id: plan, feature_id: feature.id },
      ...{ feature_type: 'metered', is_enabled: true, usage_limit: 20, usage_reset_period: 'ANNUAL' },
    })
  }
  await caller.create('/customers', { external_id: 'acme', name: 'Acme' })
  const { id } = await caller.create('/subscriptions', {
    ...{ external_customer_id: 'acme', plan_id: plan, currency: 'usd', billing_period: 'MONTHLY' },
    start_date: '2026-07-01T00:00:00Z',
  })
  const sent = [
    // Half of July's 31 days, and half of August's: 15.5 each, of which 20 are free.
    { event_name: 'BILLING_PERIOD', timestamp: '2026-07-16T12:00:00Z', properties: { seats: '31' } },
    { event_name: 'BILLING_PERIOD', timestamp: '2026-08-16T12:00:00Z', properties: { seats: '31' } },
    // 10 all through August.
    { event_name: 'NEVER', timestamp: '2026-07-02T00:00:00Z', properties: { seats: '10' } },
  ]
  for (const event of sent) {
    const answer = await caller.call('POST', '/events', { external_customer_id: 'acme', ...event })
    expect(answer).toMatchObject({ status: 202 })
  }
  const august = { period_start: '2026-08-01T00:00:00Z', period_end: '2026-09-01T00:00:00Z' }
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: id, ...august })
  expect(preview).toMatchObject({ status: 200, body: { line_items: [{ amount: '11' }, { amount: '10' }] } })
})
