import {
  createSubscriptionCreationActivities,
  createSubscriptionCreationEvents,
} from '@flexprice/activities/subscription-creation'
import { currentScope } from '@flexprice/temporal-worker'
import { priceBody } from '@flexprice/testing'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import type { Caller } from './caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from './gateway-under-test.ts'
import { unseenTelemetry, withWorker } from './with-worker.ts'

/** The gateway with the worker that makes subscriptions, both in the test's process. */
export async function startGatewayWithCreation(): Promise<GatewayUnderTest> {
  const gateway = await startGateway({
    temporalNamespace: testTemporalSettings().namespace,
    config: { waitMsMax: 20_000 },
  })
  return withCreation(gateway)
}

/** That worker beside others that the gateway has. */
export function withCreation(gateway: GatewayUnderTest): Promise<GatewayUnderTest> {
  const activities = createSubscriptionCreationActivities({
    scoped: () => gateway.database.database.scoped(currentScope()),
    events: createSubscriptionCreationEvents(unseenTelemetry()),
  })
  return withWorker(gateway, 'subscription-creation', activities)
}

let made = 0

export interface Subscribable {
  readonly planId: string
  readonly priceId: string
  readonly customerId: string
  readonly externalId: string
  /** A valid request for a monthly subscription; a test says what it is about. */
  body(changes?: object): object
}

/** A plan with one price and a customer without subscriptions. */
export async function makeSubscribable(caller: Caller, price: object = {}): Promise<Subscribable> {
  const externalId = `to-subscribe-${++made}`
  const plan = await caller.create('/plans', { name: 'Pro' })
  const { id: priceId } = await caller.create(
    '/prices',
    priceBody(plan.id, { start_date: '2020-01-01T00:00:00Z', ...price }),
  )
  const customer = await caller.create('/customers', { external_id: externalId, name: 'Ada' })
  return {
    planId: plan.id,
    priceId,
    customerId: customer.id,
    externalId,
    body: (changes = {}) => ({
      customer_id: customer.id,
      plan_id: plan.id,
      currency: 'usd',
      billing_period: 'MONTHLY',
      ...changes,
    }),
  }
}
