import type { SubscriptionScheduleResponse } from '@flexprice/contracts/subscriptions'
import type { ScheduleRow } from '@flexprice/database/schedules'
import type { ScheduleDetails } from '@flexprice/database/tables'

const dayMs = 86_400_000

/** A schedule as the contract tells it: of a plan change in fields of its own, too. */
export function scheduleResponse(row: ScheduleRow, now: Date): SubscriptionScheduleResponse {
  const { schedule_status: status, configuration, execution_result: result } = row
  const isPending = status === 'pending'
  const daysLeft = Math.ceil((row.scheduled_at.getTime() - now.getTime()) / dayMs)
  const isPlanChange = row.schedule_type === 'plan_change'
  const said = planChangeTexts(configuration)
  return {
    id: row.id,
    subscription_id: row.subscription_id,
    schedule_type: row.schedule_type,
    // What another took the place of is cancelled for whoever asked for it.
    status: status === 'superseded' ? 'cancelled' : status,
    scheduled_at: row.scheduled_at,
    days_until_execution: isPending ? Math.max(0, daysLeft) : undefined,
    can_be_cancelled: isPending && row.scheduled_at > now,
    configuration,
    configuration_details: isPlanChange ? { plan_change: said } : undefined,
    execution_result: result ?? undefined,
    execution_details: isPlanChange && result ? { plan_change: planChangeResult(row, result) } : undefined,
    error_message: row.error_message ?? undefined,
    executed_at: row.executed_at ?? undefined,
    cancelled_at: row.cancelled_at ?? undefined,
    metadata: { ...row.metadata },
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

/** What of a plan change's details is told in fields of its own: those of the contract that are texts. */
function planChangeTexts({ target_plan_id, billing_period_behaviour: behaviour }: ScheduleDetails) {
  const known = behaviours.find((one) => one === behaviour)
  return { target_plan_id: textOf(target_plan_id), billing_period_behaviour: known }
}

const behaviours = ['unchanged', 'anchor_at_effect', 'anchor_at_config'] as const

function planChangeResult(
  { subscription_id, scheduled_at }: ScheduleRow,
  { change_type, from_plan_id, to_plan_id }: ScheduleDetails,
) {
  return {
    change_type: textOf(change_type),
    effective_date: scheduled_at,
    from_plan_id: textOf(from_plan_id),
    to_plan_id: textOf(to_plan_id),
    ...{ subscription_id, previous_subscription_id: subscription_id },
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
