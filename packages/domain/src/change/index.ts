/** What changes of a running subscription make of its lines, and what they credit and charge (billing rules, section 8). */

export {
  type CancellationTime,
  cancellationInstant,
  type EndingSubscription,
} from './cancellation-instant.ts'
export type {
  BilledTime,
  ChangedPrice,
  ChangeFacts,
  ChangeMoney,
  GridChange,
  LineCredit,
  LineMoves,
  OpenedLine,
  PlannedChange,
  PlannedCredit,
  RunningLine,
} from './change.ts'
export { type ChangeType, changeTypeOf } from './change-type.ts'
export { type CreditExplanation, creditExplanation, recomputeCredit } from './credit-explanation.ts'
export { creditShare, creditTime } from './credit-time.ts'
export { type GridWish, gridChange, linesBoundToGrid, linesOnGrid } from './grid-change.ts'
export { lineMoves } from './line-moves.ts'
export { type NettedCredit, netCredits } from './net-credits.ts'
export { type ChangeRequest, planChange } from './plan-change.ts'
export { type ComingTerms, planMoves, type TargetPrice } from './plan-moves.ts'
export { settleMoves } from './settle-moves.ts'
export { type MovedTrial, movedTrial, type TrialingSubscription } from './trial-end.ts'
