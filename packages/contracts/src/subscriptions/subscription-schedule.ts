import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { laterObject } from '../wire/not-built.ts'
import { queryChoices, queryIds } from '../wire/query-identifiers.ts'
import { queryPage } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'

const scheduleType = z.enum(['plan_change', 'cancellation'])
const scheduleStatus = z.enum(['pending', 'executing', 'executed', 'cancelled', 'failed'])

export const schedulesQuery = z.strictObject({
  ...queryPage,
  pending_only: z
    .stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })
    .meta({ type: 'boolean' })
    .optional(),
  subscription_id: identifier.optional(),
  subscription_ids: queryIds.optional(),
  schedule_type: queryChoices(scheduleType.options).optional(),
  schedule_status: queryChoices(scheduleStatus.options).optional(),
})

const planChangeDetails = z
  .object({
    target_plan_id: z.string().optional(),
    billing_period_behaviour: z.enum(['unchanged', 'anchor_at_effect', 'anchor_at_config']).optional(),
    entity_policies: laterObject('SubscriptionChangeEntityPolicies').optional(),
  })
  .meta({ id: 'PlanChangeScheduleDetails' })

const planChangeResult = z
  .object({
    change_type: z.string().optional(),
    effective_date: instant.optional(),
    from_plan_id: z.string().optional(),
    to_plan_id: z.string().optional(),
    subscription_id: z.string().optional(),
    /** A change is in place: the same one. */
    previous_subscription_id: z.string().optional(),
  })
  .meta({ id: 'PlanChangeScheduleResult' })

/** What is to happen at a boundary of a subscription, or has happened there. */
export const subscriptionScheduleResponse = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    schedule_type: scheduleType,
    status: scheduleStatus,
    scheduled_at: instant,
    /** Whole days, begun ones counted; of one that is pending. */
    days_until_execution: z.int().optional(),
    can_be_cancelled: z.boolean(),
    configuration: z.record(z.string(), z.unknown()).optional(),
    configuration_details: z
      .object({ plan_change: planChangeDetails.optional() })
      .meta({ id: 'ConfigurationDetails' })
      .optional(),
    execution_result: z.record(z.string(), z.unknown()).optional(),
    execution_details: z
      .object({ plan_change: planChangeResult.optional() })
      .meta({ id: 'ExecutionDetails' })
      .optional(),
    /** Why it can never be done. */
    error_message: z.string().optional(),
    executed_at: instant.optional(),
    cancelled_at: instant.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'SubscriptionScheduleResponse' })
export type SubscriptionScheduleResponse = z.output<typeof subscriptionScheduleResponse>

/** Newest first. */
export const schedulesResponse = z
  .object({
    schedules: z.array(subscriptionScheduleResponse),
    /** On all pages. */
    count: z.int(),
  })
  .meta({ id: 'GetPendingSchedulesResponse' })

/** What is said beside the path must be that schedule's. */
export const cancelScheduleRequest = z.strictObject({
  schedule_id: identifier.optional(),
  schedule_type: scheduleType.optional(),
  subscription_id: identifier.optional(),
})

export const cancelScheduleResponse = z
  .object({ status: scheduleStatus, message: z.string() })
  .meta({ id: 'CancelScheduleResponse' })
