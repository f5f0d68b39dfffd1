import { type Schedule, unpricedTime } from '@flexprice/domain/subscription'
import { isRecurring } from '@flexprice/domain/time'
import { type LinePlan, priceOf } from './plan-lines.ts'

/** What the caller did not ask for and may not expect: the time since the start that no price of the plan bills. */
export function creationWarnings(
  { firstPaidPeriod }: Schedule,
  { end, lines, now }: { end: Date | null; lines: readonly LinePlan[]; now: Date },
): string[] {
  if (!firstPaidPeriod) return []
  const recurring = lines.filter((line) => isRecurring(priceOf(line).billing_period))
  return unpricedTime({ start: firstPaidPeriod.start, end }, recurring, now).map(({ start, end }) => {
    const time = end
      ? `from ${start.toISOString()} to ${end.toISOString()}`
      : `from ${start.toISOString()} on`
    return `No price of the plan is at work ${time}: nobody will be billed for that time`
  })
}
