import { type CreateSubscriptionRequest, createSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import { refusalOf } from '@flexprice/contracts/wire'
import type { FactsWanted } from '@flexprice/database/subscriptions'

/** One subscription that somebody wants, with what makes asking again safe. */
export interface SubscriptionOrder {
  readonly request: CreateSubscriptionRequest
  /** The request as it came over the wire. */
  readonly wire: WireRequest
  readonly idempotencyKey: string
  readonly requestHash: string
}

export type WireRequest = Readonly<Record<string, unknown>>

/** @throws validation_error, not_implemented where the request does not fit the schema any more */
export function parseOrder(
  wire: WireRequest,
  keys: Pick<SubscriptionOrder, 'idempotencyKey' | 'requestHash'>,
): SubscriptionOrder {
  const parsed = createSubscriptionRequest.safeParse(wire)
  if (!parsed.success) throw refusalOf(parsed.error)
  return { ...keys, request: parsed.data, wire }
}

export function factsWanted(orders: readonly SubscriptionOrder[], { ofList = false } = {}): FactsWanted {
  return {
    customerIds: defined(orders.map(({ request }) => request.customer_id)),
    externalCustomerIds: defined(
      orders.map(({ request }) =>
        request.customer_id === undefined ? request.external_customer_id : undefined,
      ),
    ),
    planIds: defined(orders.map(({ request }) => request.plan_id)),
    entitlementIds: defined(
      orders.flatMap(({ request }) =>
        (request.override_entitlements ?? []).map(({ entitlement_id }) => entitlement_id),
      ),
    ),
    idempotencyKeys: orders.map(({ idempotencyKey }) => idempotencyKey),
    areListsOthers: !ofList,
  }
}

function defined(ids: readonly (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => id !== undefined))]
}
