import { z } from 'zod'
import { planRecord } from '../catalog/plan-record.ts'
import { priceResponse } from '../catalog/price-response.ts'
import { entitlementResponse } from '../entitlements/entitlement.ts'
import { metadata } from '../wire/metadata.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { description, identifier, identifiers, name, text } from '../wire/text.ts'

const displayOrderMax = 2_147_483_647

const planFields = {
  description: description.optional(),
  display_order: z.int().min(-displayOrderMax).max(displayOrderMax).optional(),
  lookup_key: text(255).optional(),
  metadata: metadata.optional(),
}

export const createPlanRequest = z.strictObject({ name: name.min(1), ...planFields })
export type CreatePlanRequest = z.output<typeof createPlanRequest>

/** What is left out stays; an empty `lookup_key` takes it away. */
export const updatePlanRequest = z.strictObject({ name: name.min(1).optional(), ...planFields })
export type UpdatePlanRequest = z.output<typeof updatePlanRequest>

/** What is left out is as the plan has it; a lookup key is one plan's, so the copy has none unless it is given. */
export const clonePlanRequest = z.strictObject({ name: name.min(1).optional(), ...planFields })

export const planFilter = z.strictObject({
  ...searchFields,
  plan_ids: identifiers.optional(),
  lookup_key: identifier.optional(),
  metadata: metadata.optional(),
  expand: expand(['prices', 'meters', 'groups', 'entitlements', 'features']),
})
export type PlanFilter = z.output<typeof planFilter>

export const planResponse = z
  .object({
    ...planRecord.shape,
    prices: z.array(priceResponse).optional(),
    entitlements: z.array(entitlementResponse).optional(),
  })
  .meta({ id: 'PlanResponse' })
export type PlanResponse = z.output<typeof planResponse>

export const listPlansResponse = listOf(planResponse).meta({ id: 'ListPlansResponse' })
