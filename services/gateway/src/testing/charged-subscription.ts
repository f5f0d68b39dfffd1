import { readNow } from '@flexprice/database/connection'
import { priceBody } from '@flexprice/testing'
import type { Caller } from './caller-under-test.ts'
import { meteredFeatureBody, usageOf } from './metered-feature.ts'

let made = 0

export interface ChargedSubscription {
  readonly id: string
  readonly planId: string
  readonly externalId: string
  readonly featureId: string
  /** That its meter counts. */
  readonly eventName: string
  /** Usage of the meter, committed when it resolves. */
  use(timestamp: string, properties?: Readonly<Record<string, unknown>>): Promise<void>
}

/**
 * A monthly subscription since `start`: 10 in advance, and 0.5 for each call in arrear. What begins in the
 * past has a first period that has ended and is not billed yet.
 */
export async function addCharged(
  caller: Caller,
  {
    start = '2026-08-01T00:00:00.000Z',
    planId,
    changes = {},
  }: { start?: string; planId?: string; changes?: object } = {},
): Promise<ChargedSubscription> {
  const long = { start_date: '2020-01-01T00:00:00Z' }
  const serial = ++made
  const eventName = `call-${serial}`
  const plan = planId ?? (await caller.create('/plans', { name: 'Pro' })).id
  const feature = await caller.create('/features', meteredFeatureBody({}, { event_name: eventName }))
  if (planId === undefined) {
    await caller.create('/prices', priceBody(plan, { ...long, amount: '10' }))
    await caller.create('/prices', priceBody(plan, usageOf(feature.meter_id, { ...long, amount: '0.5' })))
  }
  const externalId = `charged-${serial}`
  await caller.create('/customers', { external_id: externalId, name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    external_customer_id: externalId,
    plan_id: plan,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: start,
    ...changes,
  })
  return {
    ...{ id, planId: plan, externalId, featureId: feature.id, eventName },
    use: (timestamp, properties = {}) => addEvent(caller, { eventName, externalId, timestamp, properties }),
  }
}

let events = 0

async function addEvent(
  { scoped }: Caller,
  event: {
    eventName: string
    externalId: string
    timestamp: string
    properties: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  await scoped.db
    .insertInto('events')
    .values({
      environment_id: scoped.scope.environmentId,
      event_id: `charged-event-${++events}`,
      event_name: event.eventName,
      external_customer_id: event.externalId,
      customer_id: null,
      timestamp: new Date(event.timestamp),
      source: null,
      properties: JSON.stringify(event.properties),
      ingested_at: await readNow(scoped),
    })
    .execute()
}
