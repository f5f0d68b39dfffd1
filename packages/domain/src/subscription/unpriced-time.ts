import { earlier, type Lifetime } from '../time/period.ts'

/**
 * The times in which a subscription has no line at work, of those that begin before now: usage and fees of them are
 * on no invoice (billing rules, section 7). Such as the time before the prices of a plan were made, for a
 * subscription that begins in the past. In order; one without an end goes on for as long as the subscription.
 *
 * @param lines of recurring prices: a ONETIME charge is for an instant
 */
export function unpricedTime(subscription: Lifetime, lines: readonly Lifetime[], now: Date): Lifetime[] {
  const gaps: Lifetime[] = []
  let reached: Date | null = subscription.start
  for (const { start, end = null } of lines.toSorted(
    (left, right) => left.start.getTime() - right.start.getTime(),
  )) {
    if (reached === null) break
    if (end && end <= start) continue
    if (start > reached) gaps.push({ start: reached, end: start })
    reached = end === null ? null : end > reached ? end : reached
  }
  if (reached !== null) gaps.push({ start: reached, end: null })
  return gaps.flatMap((gap) => {
    const end = subscription.end ? earlier(gap.end ?? subscription.end, subscription.end) : (gap.end ?? null)
    return gap.start >= now || (end && gap.start >= end) ? [] : [{ start: gap.start, end }]
  })
}
