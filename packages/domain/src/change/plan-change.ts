import type { ProrationBehavior } from '../subscription/proration.ts'
import type { ChangeFacts, ChangeMoney, GridChange, LineMoves, PlannedChange, RunningLine } from './change.ts'
import { type ChangeType, changeTypeOf } from './change-type.ts'
import { type ComingTerms, planMoves, type TargetPrice } from './plan-moves.ts'
import { settleGridChange } from './settle-grid-change.ts'
import { settleMoves } from './settle-moves.ts'

/** What is asked to be changed at once; each kind is a case here, and a file of its own beside this one. */
export type ChangeRequest<Line extends RunningLine, Price extends TargetPrice> =
  /** To another plan, of the same period, or with another grid. */
  | {
      readonly kind: 'plan_change'
      readonly behavior: ProrationBehavior
      readonly prices: readonly Price[]
      /** A line of the new plan, as the caller's lines are. */
      readonly make: (price: Price, line: ComingTerms) => Line
      /** None: period and anchor stay. */
      readonly gridChange?: GridChange | null | undefined
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
    ...moneyOf(facts, moves, request),
    behavior: request.behavior,
    gridChange: gridChangeOf(request),
    changeType: changeTypeOf(running, after),
    warnings: [],
  }
}

function gridChangeOf<Line extends RunningLine, Price extends TargetPrice>(
  request: ChangeRequest<Line, Price>,
): GridChange | null {
  return (request.kind === 'plan_change' && request.gridChange) || null
}

/** In a trial no money moves, whatever the grid does. */
function moneyOf<Line extends RunningLine, Price extends TargetPrice>(
  facts: ChangeFacts<Line>,
  moves: LineMoves<Line>,
  request: ChangeRequest<Line, Price>,
): ChangeMoney<Line> {
  const { behavior } = request
  const change = gridChangeOf(request)
  const { trialEnd } = facts.cycle
  if (!change || (trialEnd && trialEnd > moves.at)) return settleMoves(facts, moves, behavior)
  return settleGridChange(facts, moves, { change, behavior })
}

function movesOf<Line extends RunningLine, Price extends TargetPrice>(
  facts: ChangeFacts<Line>,
  request: ChangeRequest<Line, Price>,
  at: Date,
): LineMoves<Line> {
  switch (request.kind) {
    case 'plan_change':
      return planMoves(facts, { prices: request.prices, at, grid: request.gridChange?.grid }, request.make)
    case 'lines':
      return request.moves
  }
}
