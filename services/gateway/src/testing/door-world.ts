import { priceBody } from '@flexprice/testing'
import { z } from 'zod'
import { addWallet } from './add-wallet.ts'
import type { Caller } from './caller-under-test.ts'
import { makeSubscribable } from './creation-under-test.ts'
import { meteredFeatureBody, usageOf } from './metered-feature.ts'
import { completed } from './previewed-plan.ts'

/** Kinds of records that requests name by their ids. */
export type RecordKind =
  | 'apiKey'
  | 'plan'
  | 'customer'
  | 'externalCustomer'
  | 'feature'
  | 'meter'
  | 'group'
  | 'price'
  | 'entitlement'
  | 'subscription'
  | 'lineItem'
  | 'invoice'
  | 'wallet'
  | 'walletTransaction'
  | 'calculation'
  | 'preview'
  | 'workflow'
  | 'event'
  | 'tenant'

export type DoorWorld = Readonly<Record<RecordKind, string>>

const long = { start_date: '2020-01-01T00:00:00Z' }

/** One record of each kind that a request can name, of a subscription since August with a fee and usage. */
export async function makeWorld(caller: Caller): Promise<DoorWorld> {
  const { planId, priceId, customerId, externalId, body } = await makeSubscribable(caller)
  const feature = created.parse(await caller.create('/features', meteredFeatureBody()))
  await caller.create('/prices', priceBody(planId, usageOf(feature.meter_id, { ...long, amount: '0.5' })))
  const group = await caller.create('/groups', { name: 'Fees', lookup_key: 'fees', entity_type: 'price' })
  const entitlement = await caller.create('/entitlements', {
    ...{ entity_type: 'PLAN', entity_id: planId, feature_id: feature.id, feature_type: 'metered' },
    ...{ usage_limit: 5, usage_reset_period: 'MONTHLY' },
  })
  const key = await caller.call('POST', '/secrets/api/keys', { name: 'other', type: 'private_key' })
  const subscription = await caller.create('/subscriptions', body({ start_date: '2026-08-01T00:00:00Z' }))
  const line = await firstOf(caller, '/subscriptions/lineitems/search', {
    subscription_ids: [subscription.id],
  })
  const invoice = await firstOf(caller, '/invoices/search', { subscription_id: subscription.id })
  const wallet = await addWallet(caller, { customer_id: customerId, initial_credits_to_load: '5' })
  const credit = await firstOf(caller, '/wallets/transactions/search', {})
  await caller.call('POST', '/events', { ...event, external_customer_id: externalId })
  const calculated = await caller.call('POST', '/calculations', { subscription_ids: [subscription.id] })
  await completed(caller, calculated)
  const previewed = await caller.call('POST', `/plans/${planId}/sync/preview`, {
    prices: [{ price_id: priceId, amount: '11' }],
  })
  await completed(caller, previewed)
  const { calculation_id } = z.object({ calculation_id: z.string() }).parse(calculated.body)
  const { preview_id, workflow_id } = started.parse(previewed.body)
  return {
    ...{ plan: planId, price: priceId, customer: customerId, externalCustomer: externalId },
    ...{ feature: feature.id, meter: feature.meter_id, group: group.id, entitlement: entitlement.id },
    ...{
      apiKey: keyMade.parse(key.body).secret.id,
      subscription: subscription.id,
      lineItem: line,
      invoice,
      wallet: wallet.id,
      walletTransaction: credit,
      event: event.event_id,
    },
    ...{ calculation: calculation_id, preview: preview_id, workflow: workflow_id },
    tenant: caller.scoped.scope.tenantId,
  }
}

const event = { event_name: 'api_call', event_id: 'an-event', timestamp: '2026-08-02T00:00:00Z' }

async function firstOf(caller: Caller, path: string, search: object): Promise<string> {
  const { items } = found.parse((await caller.call('POST', path, search)).body)
  return items[0]?.id ?? ''
}

const keyMade = z.object({ secret: z.looseObject({ id: z.string() }) })
const created = z.looseObject({ id: z.string(), meter_id: z.string() })
const found = z.object({ items: z.array(z.looseObject({ id: z.string() })) })
const started = z.object({ preview_id: z.string(), workflow_id: z.string() })
