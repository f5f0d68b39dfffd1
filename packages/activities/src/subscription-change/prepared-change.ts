import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import type { ChangedSubscription, SubscriptionChange } from '@flexprice/database/changes'
import type { Reading, Scoped } from '@flexprice/database/connection'
import type { NewApplication } from '@flexprice/database/grants'
import type { BilledTime, ChangeType, PlannedChange } from '@flexprice/domain/change'
import type { ChangeLine } from './change-line.ts'

export interface NamedPlan {
  readonly id: string
  readonly name: string
}

/** What is changed, as the rules have it, before it is written. */
export interface PreparedChange {
  readonly planned: PlannedChange<ChangeLine> & { readonly changeType: ChangeType }
  /** Of the subscription what moves; the rest stays. */
  readonly subscription: Partial<ChangedSubscription>
  readonly toPlan: NamedPlan
  /** The schedules whose place it takes; none: of no plan's change. */
  readonly superseded?: readonly string[]
  /** When it is made, where its instant lies elsewhere; none: at its instant. */
  readonly madeAt?: Date
  /** What is sent behind its rows, in their round trip. */
  readonly beside?: readonly Reading<void>[]
  /**
   * What else it writes once its row is there and its credits are given, before its own invoice is closed.
   *
   * @returns what of it is in the answer
   */
  finish?(): Promise<Partial<SubscriptionChangeResult>>
  /** The subscription as it is by now, where its lines are written already. */
  readonly written?: ChargeFacts
  /** That another one takes the place of, with the lines that were billed on it; none: period and anchor stay. */
  readonly formerGrid?: SubscriptionChange['formerGrid'] | undefined
  /** Lines of a plan that has left before they began: none of them is any stretch of it, should it come anew. */
  readonly neverBegan?: readonly string[]
  /** What is to be given by the new plan, and stops of the old one; none where the plan stays. */
  readonly applications?: readonly NewApplication[]
}

/** A subscription that is held, with what was billed of its lines for time to come. */
export interface HeldSubscription {
  readonly facts: ChargeFacts
  readonly billed: readonly BilledTime[]
  /** When its last change was made. */
  readonly lastChangeAt: Date | null
  readonly now: Date
}

/**
 * How a kind of change is made: each is a file of its own. It reads and holds what is locked before the subscription, and
 * once that is held it says what is changed.
 */
export type ChangeKind<Order> = (transaction: Scoped, order: Order) => Promise<Prepare | ReadingPrepare>

/** @throws validation_error, state_conflict before anything is written */
export type Prepare = (held: HeldSubscription) => PreparedChange | Promise<PreparedChange>

/** One that reads more behind the subscription's lock, in the round trip of its facts. */
export interface ReadingPrepare {
  readonly reads: readonly Reading<void>[]
  readonly prepare: Prepare
}
