import {
  advanceSubscriptions,
  type BillingFailure,
  type SubscriptionAdvance,
} from '@flexprice/database/billing'
import {
  type ChargedRows,
  type ChargeFacts,
  chargedRows,
  chargeFacts,
} from '@flexprice/database/calculations'
import { all, mapped, type Reading, type Scoped, together } from '@flexprice/database/connection'
import { type NewInvoice, usageSnapshot } from '@flexprice/database/invoices'
import { type DueBoundary, dueSchedules, endPauses, type ScheduleRow } from '@flexprice/database/schedules'
import type { EnvironmentSettings } from '@flexprice/database/tenancy'
import { assert } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { isBilled } from '../calculate-charges/billed-cycle.ts'
import { calculateCharges, type SubscriptionCharges } from '../calculate-charges/calculate-charges.ts'
import { applyPlanChanges, type FailedChange } from '../subscription-change/apply-plan-changes.ts'
import { atBoundary } from '../subscription-change/at-boundary.ts'
import { advanceOf, endOf } from './advance-of.ts'
import { type AppliedDue, applyDue, finishDue } from './apply-due.ts'
import { ratedOrFailed } from './rated-or-failed.ts'
import { closeWritten, writeDrafts } from './write-drafts.ts'

export interface BillDue {
  /** What fell due by then is billed. */
  readonly asOf: Date
  /** The environment's clock: what is written is dated by it. */
  readonly now: Date
  readonly settings: EnvironmentSettings
  /** Rates and tells, and writes nothing. */
  readonly dryRun: boolean
  /** Null: no billing run, but a change that brings up what is behind. */
  readonly runId: string | null
}

export interface Billed {
  /** Whose due period was billed, or whose end has come. */
  readonly subscriptionIds: readonly string[]
  readonly failures: readonly BillingFailure[]
  /** Those that were made; a draft that was there is brought up to date and counts, too. */
  readonly invoices: readonly NewInvoice['invoice'][]
  readonly finalized: number
  /** Where those are by then that were billed, or whose end has come. */
  readonly advances: readonly SubscriptionAdvance[]
  /** Changes that waited for the boundaries and can never be made: these were billed as they were. */
  readonly failedChanges: readonly FailedChange[]
}

/**
 * Bills the one period of each subscription that is due, in the caller's transaction, in five phases: hold, apply
 * what is due at the boundary, rate, settle, write. A fixed number of statements, however many subscriptions. Those
 * of which nothing is due (any more) are left alone, so that two runs can meet. Missed periods are billed one a call,
 * oldest first. One that cannot be rated is told as a failure and left as it is.
 *
 * Idempotent by (subscription, period): what is billed is not due any more.
 */
export async function billDue(
  transaction: Scoped,
  subscriptionIds: readonly string[],
  bill: BillDue,
): Promise<Billed> {
  const [held] = await together(transaction, heldForBilling(transaction, subscriptionIds, bill))
  return await billHeld(transaction, held, bill)
}

/** What is read of subscriptions behind their locks, as they are billed. */
export interface HeldForBilling {
  readonly rows: ChargedRows
  readonly schedules: ReadonlyMap<string, ScheduleRow>
  readonly seenBy: string
}

/** The first phase of `billDue`, to be sent with what its caller writes before it. */
export function heldForBilling(
  transaction: Scoped,
  subscriptionIds: readonly string[],
  { dryRun }: Pick<BillDue, 'dryRun'>,
): Reading<HeldForBilling> {
  assert(transaction.db.isTransaction, 'a page is billed in one transaction')
  const held = all([
    chargedRows(transaction, subscriptionIds, { lock: !dryRun }),
    dryRun ? noSchedules : dueSchedules(transaction, subscriptionIds),
    // After the locks: what an event is counted by, and what makes a later one late, is the same.
    usageSnapshot(),
  ])
  return mapped(held, ([rows, schedules, seenBy]) => ({ rows, schedules, seenBy }))
}

const noSchedules: Reading<ReadonlyMap<string, ScheduleRow>> = { runOn: async () => new Map() }

/** The other phases. */
export async function billHeld(
  transaction: Scoped,
  { rows, schedules, seenBy }: HeldForBilling,
  bill: BillDue,
): Promise<Billed> {
  const facts = await chargeFacts(transaction, rows)
  const applied = applyDue(
    facts.filter((one) => isDue(one, bill)),
    schedules,
  )
  if (bill.dryRun) {
    const next = { choice: { kind: 'next' }, now: bill.now } as const
    return await atBoundary(transaction, applied.going, next, (within, going, failedChanges) =>
      billGoing(within, going, { ...bill, seenBy, applied, failedChanges }),
    )
  }
  const changed = await applyPlanChanges(transaction, applied.going, { ...bill, ...applied })
  return await billGoing(transaction, changed.facts, {
    ...bill,
    seenBy,
    applied,
    failedChanges: changed.failed,
  })
}

/** The facts as they are at the boundary, which is theirs. */
async function billGoing(
  transaction: Scoped,
  going: readonly ChargeFacts[],
  bill: Write & Pick<Billed, 'failedChanges'>,
): Promise<Billed> {
  const { seenBy } = bill
  const outcomes = await calculateCharges(transaction, going, {
    choiceOf: () => ({ kind: 'next' }),
    seenBy,
    lock: !bill.dryRun,
  })
  const { rated, failures } = ratedOrFailed(outcomes)
  const written = await write(transaction, rated, bill)
  const billed = [...rated.map(({ facts }) => facts), ...bill.applied.ended]
  const { failedChanges } = bill
  const subscriptionIds = billed.map(({ subscription }) => subscription.id)
  return { ...written, failures, failedChanges, subscriptionIds }
}

function isDue({ subscription }: ChargeFacts, { asOf }: BillDue): boolean {
  const { subscription_status: status, next_billing_at: dueAt } = subscription
  return isBilled(status) && dueAt !== null && dueAt <= asOf
}

function endedPaused({ subscription, pauses }: ChargeFacts): DueBoundary[] {
  const { id, end_date: at } = subscription
  return at && pauses.length > 0 ? [{ subscriptionId: id, at }] : []
}

interface Write extends BillDue {
  readonly seenBy: string
  readonly applied: AppliedDue
}

async function write(
  transaction: Scoped,
  rated: readonly SubscriptionCharges[],
  { settings, now, dryRun, seenBy, runId, applied: { ended, schedules } }: Write,
): Promise<Pick<Billed, 'invoices' | 'finalized' | 'advances'>> {
  const written = await writeDrafts(transaction, rated, { settings, now, seenBy, dryRun })
  const { charged, invoices, closing } = written
  if (dryRun) return { invoices, finalized: 0, advances: [] }
  const unpaid = new Set(
    charged.flatMap(({ one, draft }) =>
      isPositive(readDecimal(draft.invoice.amount_due)) ? [one.facts.subscription.id] : [],
    ),
  )
  const billed = rated.map(({ facts, reason, opens }) =>
    advanceOf(facts, { reason, opens, isUnpaid: unpaid.has(facts.subscription.id) }),
  )
  const advances = [...billed, ...ended.map(({ subscription }) => endOf(subscription))]
  await advanceSubscriptions(transaction, advances, now)
  await finishDue(transaction, [...rated.map(({ facts }) => facts), ...ended], { schedules, now, runId })
  const over = [...rated.flatMap(({ facts, opens }) => (opens ? [] : [facts])), ...ended]
  await endPauses(transaction, over.flatMap(endedPaused), now)
  // Last, as numbers are taken: no other slice waits for more than the end of this statement.
  await closeWritten(transaction, closing, { seenBy, now })
  return { invoices, finalized: closing.length, advances }
}
