import type { ChargeFacts } from '@flexprice/database/calculations'
import type { FormerGrid } from '@flexprice/domain/cycle'
import { type Grid, later } from '@flexprice/domain/time'

/**
 * The grid that a subscription's periods go by at an instant: the present one, or one that a change has ended since, as
 * the lines keep it that were billed on it.
 */
export function gridAt(
  { subscription, lines }: Pick<ChargeFacts, 'subscription' | 'lines'>,
  instant: Date,
): Grid {
  let next: FormerGrid | undefined
  let since: Date | undefined
  for (const { formerGrid } of lines) {
    if (!formerGrid) continue
    const { until } = formerGrid
    if (until > instant) {
      if (!next || until < next.until) next = formerGrid
    } else {
      since = since ? later(since, until) : until
    }
  }
  const { timezone: timeZone } = subscription
  if (next) return { anchor: next.anchor, period: next.period, count: next.count, timeZone, since }
  return {
    anchor: subscription.billing_anchor,
    period: subscription.billing_period,
    count: subscription.billing_period_count,
    timeZone,
    since,
  }
}
