import {
  allowanceResets,
  newEntitlementTerms,
  usageLimitMax,
  validateEntitlementTerms,
} from '@flexprice/domain/entitlement'
import { z } from 'zod'
import { featureResponse, featureType } from '../catalog/feature.ts'
import { planRecord } from '../catalog/plan-record.ts'
import { pathSegments } from '../wire/field-path.ts'
import { instant } from '../wire/instant.ts'
import { jsonObject } from '../wire/json-object.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { identifier, identifiers, text } from '../wire/text.ts'

const bulkEntitlementsMax = 100
const grantDurationMax = 1_000_000
const staticValueLengthMax = 2_000

export const entitlementEntityType = z.enum(['PLAN', 'SUBSCRIPTION', 'ADDON'])
export const aggregationMode = z.enum(['additive', 'parallel'])
export const allowanceReset = z.enum(allowanceResets)
export const grantDurationUnit = z.enum(['hour', 'day', 'week', 'subscription_period'])
export const grantMeasure = z.enum(['quantity', 'amount'])
const grantAllocation = z.enum(['first_usage', 'unit_start'])

/** What is granted. A limit of `null` is none; left out at the making, too. */
export const entitlementTerms = {
  is_enabled: z.boolean().optional(),
  usage_limit: z.int().min(0).max(usageLimitMax).nullable().optional(),
  usage_reset_period: allowanceReset.optional(),
  is_soft_limit: z.boolean().optional(),
  static_value: text(staticValueLengthMax).optional(),
  config_value: jsonObject.optional(),
  // Entitlements that stand side by side come with grants.
  aggregation_mode: notBuiltValues(aggregationMode.optional(), ['parallel']),
}

export const entitlementGrants = {
  grant_allocation_behavior: notBuilt(grantAllocation),
  grant_duration_unit: notBuilt(grantDurationUnit),
  grant_duration_value: notBuilt(z.int().min(0).max(grantDurationMax)),
  grant_measure: notBuilt(grantMeasure),
  grant_quota: notBuilt(text(50)),
  grant_unlimited: notBuilt(z.boolean()),
}

const createEntitlementFields = z.strictObject({
  entity_type: notBuiltValues(entitlementEntityType.optional(), ['ADDON']),
  entity_id: identifier.optional(),
  // The contract's older way to say `entity_type: PLAN` with its id.
  plan_id: identifier.optional(),
  feature_id: identifier,
  feature_type: featureType,
  parent_entitlement_id: identifier.optional(),
  start_date: instant.optional(),
  end_date: instant.optional(),
  ...entitlementTerms,
  ...entitlementGrants,
})

export const createEntitlementRequest = createEntitlementFields.check((context) => {
  const { feature_type, ...given } = context.value
  const problems = [
    ...entityProblems(context.value),
    ...validateEntitlementTerms(feature_type, newEntitlementTerms(given)),
  ]
  const told = new Set(context.issues.map(({ path }) => path?.join('.')))
  for (const { path, message } of problems.filter((problem) => !told.has(problem.path))) {
    context.issues.push({ code: 'custom', input: context.value, path: pathSegments(path), message })
  }
})
export type CreateEntitlementRequest = z.output<typeof createEntitlementRequest>

function entityProblems({
  entity_type: type,
  entity_id: id,
  plan_id: planId,
  parent_entitlement_id: parentId,
}: z.output<typeof createEntitlementFields>) {
  const problems: Array<{ path: string; message: string }> = []
  const add = (path: string, message: string) => problems.push({ path, message })
  if (planId !== undefined) {
    if (type !== undefined && type !== 'PLAN') add('plan_id', `must be left out for ${type}`)
    if (id !== undefined && id !== planId) add('plan_id', 'must be the entity_id, where both are given')
  } else {
    if (type === undefined) add('entity_type', 'is required')
    if (id === undefined) add('entity_id', 'is required')
  }
  if (parentId !== undefined && type !== 'SUBSCRIPTION') {
    add('parent_entitlement_id', "is for a subscription's own entitlements")
  }
  return problems
}

export const createBulkEntitlementRequest = z.strictObject({
  items: z.array(createEntitlementRequest).min(1).max(bulkEntitlementsMax),
})

/** What is left out stays; a `usage_limit` of null takes the limit off. */
export const updateEntitlementRequest = z.strictObject({ ...entitlementTerms, ...entitlementGrants })

export const entitlementFilter = z.strictObject({
  ...searchFields,
  entity_type: entitlementEntityType.optional(),
  entity_ids: identifiers.optional(),
  plan_ids: identifiers.optional(),
  feature_ids: identifiers.optional(),
  feature_type: featureType.optional(),
  is_enabled: z.boolean().optional(),
  has_grant_config: notBuilt(z.boolean()),
  expand: expand(['feature', 'features', 'plan', 'plans']),
})

export const entitlementResponse = z
  .object({
    ...recordFields,
    entity_type: entitlementEntityType,
    entity_id: z.string(),
    plan_id: z.string().optional(),
    feature_id: z.string(),
    feature_type: featureType,
    parent_entitlement_id: z.string().optional(),
    is_enabled: z.boolean(),
    usage_limit: z.int().optional(),
    usage_reset_period: allowanceReset.optional(),
    is_soft_limit: z.boolean(),
    static_value: z.string().optional(),
    config_value: z.record(z.string(), z.unknown()).optional(),
    aggregation_mode: aggregationMode,
    start_date: instant.optional(),
    end_date: instant.optional(),
    feature: featureResponse.optional(),
    plan: planRecord.optional(),
    addon: laterObject('AddonResponse').optional(),
    display_order: z.int().optional(),
    grant_allocation_behavior: grantAllocation.optional(),
    grant_duration_unit: grantDurationUnit.optional(),
    grant_duration_value: z.int().optional(),
    grant_measure: grantMeasure.optional(),
    grant_quota: z.string().optional(),
  })
  .meta({ id: 'EntitlementResponse' })
export type EntitlementResponse = z.output<typeof entitlementResponse>

export const createBulkEntitlementResponse = z.object({ items: z.array(entitlementResponse) })
export const listEntitlementsResponse = listOf(entitlementResponse).meta({ id: 'ListEntitlementsResponse' })
