import type { ChargedLine, ChargeFacts } from '@flexprice/database/calculations'
import { later } from '@flexprice/domain/time'

/**
 * A subscription as a sync would leave it, at a boundary that a change of plan waits for: what the change closes ends there,
 * also as the sync has it, and what it opens is the other plan's, which the sync does not touch. Nothing is written.
 *
 * @param before as it is
 * @param synced as the sync would leave it
 * @param changed as it is, once the change is made
 */
export function syncedAtBoundary(
  before: ChargeFacts,
  synced: ChargeFacts,
  changed: ChargeFacts,
): ChargeFacts {
  const { next_billing_at: boundary, plan_id: planId } = before.subscription
  if (boundary === null || before === changed) return synced
  const known = new Set(before.lines.map(({ line }) => line.id))
  const changedOf = new Map(changed.lines.map((one) => [one.line.id, one]))
  const lines = synced.lines.map((one): ChargedLine => {
    const now = changedOf.get(one.line.id)
    const isClosed = now ? now.line.closed_by_change !== null : one.planId === planId
    return isClosed ? closedAt(one, boundary, now) : one
  })
  return { ...changed, lines: [...lines, ...changed.lines.filter(({ line }) => !known.has(line.id))] }
}

/** As the change has closed it, or would have closed what the sync has brought meanwhile. */
function closedAt(one: ChargedLine, at: Date, closed: ChargedLine | undefined): ChargedLine {
  const { start_date: start, end_date: end } = one.line
  if (end !== null && end <= later(start, at)) return one
  const ended = { end_date: later(start, at), ended_by: 'user', user_end: null } as const
  const by = closed?.line.closed_by_change ?? 'a change that waits'
  return {
    ...one,
    line: { ...one.line, ...ended, closed_by_change: by },
    formerGrid: closed?.formerGrid ?? one.formerGrid,
  }
}
