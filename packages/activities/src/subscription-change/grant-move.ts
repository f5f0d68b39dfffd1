import type { ChargeFacts } from '@flexprice/database/calculations'
import type { GrantMove } from '@flexprice/database/changes'
import type { PreparedChange } from './prepared-change.ts'

/** What a change of plan moves of what is given: nothing where the plan stays. */
export function grantMove(
  { subscription }: ChargeFacts,
  { applications, toPlan }: Pick<PreparedChange, 'applications' | 'toPlan'>,
): GrantMove {
  const isMoved = toPlan.id !== subscription.plan_id
  return {
    stoppedPlanId: isMoved ? subscription.plan_id : null,
    applications: applications ?? [],
  }
}
