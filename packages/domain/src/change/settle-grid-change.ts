import { planCycle } from '../cycle/plan-cycle.ts'
import { rateCycle } from '../cycle/rate-cycle.ts'
import { isPositive, sumDecimals } from '../money/decimal.ts'
import type { ProrationBehavior } from '../subscription/proration.ts'
import type { ChangeFacts, ChangeMoney, GridChange, LineMoves, RunningLine } from './change.ts'
import { linesOnGrid } from './grid-change.ts'
import { creditsOf } from './settle-moves.ts'

/**
 * What a change to another grid credits and charges at once (billing rules, section 8): when prorating, of FIXED ADVANCE
 * the time from then on that was billed on the old one; and the period that begins, as a cycle's invoice opens it, with
 * what else falls due in it. What is in arrears, and usage, up to then is billed apart, on the old grid.
 */
export function settleGridChange<Line extends RunningLine>(
  facts: ChangeFacts<Line>,
  moves: LineMoves<Line>,
  { change, behavior }: { readonly change: GridChange; readonly behavior: ProrationBehavior },
): ChangeMoney<Line> {
  const credits = behavior === 'none' ? [] : creditsOf(facts, moves)
  // Those of the old grid, ended ones too, bill nothing of the new one.
  const others = [...linesOnGrid(facts), ...moves.closed.map(({ line }) => line), ...moves.opened]
  const gone = new Set(others.map(({ id }) => id))
  const staying = facts.lines.filter(({ id }) => !gone.has(id))
  const { grid, period: opens } = change
  const cycle = { ...facts.cycle, grid, prorationBehavior: behavior, closes: null, opens }
  const plan = planCycle(cycle, [...staying, ...moves.opened])
  const charges = rateCycle(plan, []).filter(({ amount }) => isPositive(amount))
  const charged = sumDecimals(charges.map(({ amount }) => amount))
  return { credits, charges, net: charged.minus(sumDecimals(credits.map(({ amount }) => amount))) }
}
