import type { ChargeFacts } from '@flexprice/database/calculations'
import type { GrantMove } from '@flexprice/database/changes'
import type { PreparedChange } from './prepared-change.ts'

/** What a change of plan moves of what is given: nothing where the plan stays, with its periods. */
export function grantMove(
  { subscription }: ChargeFacts,
  { applications, toPlan, formerGrid }: Pick<PreparedChange, 'applications' | 'toPlan' | 'formerGrid'>,
): GrantMove {
  const isMoved = toPlan.id !== subscription.plan_id || (formerGrid ?? null) !== null
  return {
    stoppedPlanId: isMoved ? subscription.plan_id : null,
    applications: applications ?? [],
  }
}
