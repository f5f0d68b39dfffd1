import type { ProrationBehavior } from '../subscription/proration.ts'
import type { ChangeFacts, LineMoves, PlannedChange, RunningLine } from './change.ts'
import { type ChangeType, changeTypeOf } from './change-type.ts'
import { type ComingTerms, planMoves, type TargetPrice } from './plan-moves.ts'
import { settleMoves } from './settle-moves.ts'

/** What is asked to be changed at once; each kind is a case here, and a file of its own beside this one. */
export type ChangeRequest<Line extends RunningLine, Price extends TargetPrice> =
  /** To another plan, of the same period. */
  | {
      readonly kind: 'plan_change'
      readonly behavior: ProrationBehavior
      readonly prices: readonly Price[]
      /** A line of the new plan, as the caller's lines are. */
      readonly make: (price: Price, line: ComingTerms) => Line
    }
  /** Lines that close and open as somebody else has found. */
  | { readonly kind: 'lines'; readonly behavior: ProrationBehavior; readonly moves: LineMoves<Line> }

/**
 * What a change makes of a subscription at an instant (billing rules, section 8): the one function of previews and of
 * executions. It moves lines, and settles what that credits and charges at once.
 *
 * @param at within the current period
 */
export function planChange<Line extends RunningLine, Price extends TargetPrice>(
  facts: ChangeFacts<Line>,
  request: ChangeRequest<Line, Price>,
  at: Date,
): PlannedChange<Line> & { readonly changeType: ChangeType } {
  const moves = movesOf(facts, request, at)
  const closed = new Set(moves.closed.map(({ line }) => line.id))
  const running = facts.lines.filter((line) => line.start <= at && (line.end == null || line.end > at))
  const after = [
    ...running.filter(({ id }) => !closed.has(id)),
    ...moves.opened.filter(({ start }) => start <= at),
  ]
  return {
    ...moves,
    ...settleMoves(facts, moves, request.behavior),
    behavior: request.behavior,
    changeType: changeTypeOf(running, after),
    warnings: [],
  }
}

function movesOf<Line extends RunningLine, Price extends TargetPrice>(
  facts: ChangeFacts<Line>,
  request: ChangeRequest<Line, Price>,
  at: Date,
): LineMoves<Line> {
  switch (request.kind) {
    case 'plan_change':
      return planMoves(facts, { prices: request.prices, at }, request.make)
    case 'lines':
      return request.moves
  }
}
