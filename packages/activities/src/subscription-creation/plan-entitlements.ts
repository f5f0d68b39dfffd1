import type { CreateSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import { type EntitlementOverride, overrideProblems } from '@flexprice/database/entitlements'
import type { SubscriptionFacts } from '@flexprice/database/subscriptions'
import { type FieldProblem, invalid } from '@flexprice/domain'

/**
 * What the subscription is entitled to in place of its plan's entitlements.
 *
 * @throws validation_error that names the override and its field
 */
export function planEntitlements(
  subscription: { readonly id: string; readonly planId: string },
  request: CreateSubscriptionRequest,
  entitlements: SubscriptionFacts['entitlements'],
): EntitlementOverride[] {
  const problems: FieldProblem[] = []
  const seen = new Set<string>()
  const overrides = (request.override_entitlements ?? []).flatMap(
    ({ entitlement_id, ...changes }, index): EntitlementOverride[] => {
      const parent = entitlements.get(entitlement_id)
      const found = parent ? overrideProblems(subscription, { parent, changes }) : [foreignEntitlement]
      const isTwice = seen.has(entitlement_id)
      seen.add(entitlement_id)
      for (const { path, message } of isTwice ? [overriddenTwice] : found) {
        problems.push({ path: `override_entitlements[${index}].${path}`, message })
      }
      return parent ? [{ subscriptionId: subscription.id, parent, changes }] : []
    },
  )
  if (problems.length > 0) throw invalid(problems)
  return overrides
}

const foreignEntitlement = {
  path: 'entitlement_id',
  message: "is not an entitlement of the subscription's plan",
}
const overriddenTwice = { path: 'entitlement_id', message: 'is overridden by another item already' }
