import type { EntitlementResponse } from '@flexprice/contracts/entitlements'
import type { EntitlementRow } from '@flexprice/database/entitlements'
import { assert, type Scope } from '@flexprice/domain'
import { recordResponse } from '../record-response.ts'

/** An entitlement, without its feature and plan. */
export function entitlementResponse(scope: Scope, row: EntitlementRow): EntitlementResponse {
  return {
    ...recordResponse(scope, row),
    ...ownerOf(row),
    status: row.status,
    feature_id: row.feature_id,
    feature_type: row.feature_type,
    parent_entitlement_id: row.parent_entitlement_id ?? undefined,
    is_enabled: row.is_enabled,
    usage_limit: row.usage_limit ?? undefined,
    usage_reset_period: row.usage_reset_period ?? undefined,
    is_soft_limit: row.is_soft_limit,
    static_value: row.static_value ?? undefined,
    config_value: row.config_value ? { ...row.config_value } : undefined,
    aggregation_mode: 'additive',
    start_date: row.start_date ?? undefined,
    end_date: row.end_date ?? undefined,
  }
}

function ownerOf({ plan_id, subscription_id }: EntitlementRow) {
  if (plan_id !== null) return { entity_type: 'PLAN', entity_id: plan_id, plan_id } as const
  assert(subscription_id !== null, 'an entitlement belongs to a plan or to a subscription')
  return { entity_type: 'SUBSCRIPTION', entity_id: subscription_id } as const
}
