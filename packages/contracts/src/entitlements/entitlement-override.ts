import { z } from 'zod'
import { identifier } from '../wire/text.ts'
import { entitlementGrants, entitlementTerms } from './entitlement.ts'

const { usage_reset_period, is_soft_limit, ...changeable } = entitlementTerms

/** An entitlement of the plan as one subscription has it. What is left out stays the plan's; a `usage_limit` of null is none. */
export const overrideEntitlement = z.strictObject({
  entitlement_id: identifier,
  ...changeable,
  ...entitlementGrants,
})
