import type { SubscriptionChangeExecuteResponse } from '@flexprice/contracts/changes'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { z } from 'zod'
import { prorationDetails } from './proration-details.ts'
import { toldWarnings } from './told-warnings.ts'

export function changeExecuteResponse(result: SubscriptionChangeResult): SubscriptionChangeExecuteResponse {
  const { is_scheduled, schedule_id, effective_at } = result
  return {
    change_type: result.change_type,
    effective_date: new Date(effective_at),
    is_scheduled,
    ...(schedule_id === null ? {} : { schedule_id, scheduled_at: new Date(effective_at) }),
    old_subscription: summary(result.before),
    new_subscription: summary(result.after),
    proration_applied: is_scheduled ? undefined : prorationDetails(result),
    ...toldWarnings(result),
  }
}

function summary(
  row: SubscriptionChangeResult['before'],
): SubscriptionChangeExecuteResponse['old_subscription'] {
  return {
    id: row.id,
    plan_id: row.plan_id,
    status: status.parse(row.status),
    billing_anchor: new Date(row.billing_anchor),
    current_period_start: new Date(row.current_period_start),
    current_period_end: new Date(row.current_period_end),
    created_at: new Date(row.created_at),
  }
}

const status = z.enum(['active', 'paused', 'cancelled', 'incomplete', 'trialing', 'draft'])
