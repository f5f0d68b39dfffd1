import type { CreateEntitlementRequest } from '@flexprice/contracts/entitlements'
import type { NewEntitlement } from '@flexprice/database/entitlements'
import { newEntitlementTerms } from '@flexprice/domain/entitlement'
import { expectIdOf } from '../id-kind.ts'

/** A request whose terms are valid as the row to be. @throws not_found for ids of other kinds */
export function newEntitlement(body: CreateEntitlementRequest): NewEntitlement {
  const entity = body.plan_id ?? body.entity_id ?? ''
  const isOfSubscription = body.entity_type === 'SUBSCRIPTION'
  expectIdOf(isOfSubscription ? 'subscription' : 'plan', entity)
  expectIdOf('feature', body.feature_id)
  return {
    ...newEntitlementTerms(body),
    ...(isOfSubscription ? { subscription_id: entity } : { plan_id: entity }),
    feature_id: body.feature_id,
    feature_type: body.feature_type,
    parent_entitlement_id: body.parent_entitlement_id,
    start_date: body.start_date,
    end_date: body.end_date,
  }
}
