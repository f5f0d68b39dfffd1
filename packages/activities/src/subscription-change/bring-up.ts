import type { SubscriptionAdvance } from '@flexprice/database/billing'
import { all, mapped, type Reading, type Scoped, together } from '@flexprice/database/connection'
import { listDueGrants } from '@flexprice/database/grants'
import { type EnvironmentSettings, environmentSettings } from '@flexprice/database/tenancy'
import { CodedError } from '@flexprice/domain'
import { billHeld, type HeldForBilling, heldForBilling } from '../cron-billing/bill-due.ts'
import { billingSettings, refusePaused } from '../cron-billing/billing-settings.ts'
import { grantDue } from '../cron-billing/grant-due.ts'
import type { FailedChange } from './apply-plan-changes.ts'

/** More are brought up by a billing run first: whoever waits for a change cannot wait for all of them. */
const periodsMax = 120
const grantsMax = 400

/** Told by work that finds its subscription behind, and has written nothing. */
export const behind = Symbol(
  'a period that has ended is not billed yet, or credits that fell due are not given',
)

/** Runs work in a transaction: one of its own, or the one that all of it is in. */
export type Step = <Result>(work: (transaction: Scoped) => Promise<Result>) => Promise<Result>

/**
 * Does the work once all of a subscription's billing that is behind was brought up, one period a transaction (billing
 * rules, section 8), and before each the credits that had fallen due: the work itself tells whether there is any, as it
 * holds the subscription.
 *
 * @param of.grantsUntil credits that fell due by then are given; null: none
 * @throws state_conflict while the environment's billing is paused, or for more than can be waited for; what the
 *   subscription's billing failed with
 */
export async function broughtUp<Result>(
  { step, subscriptionId, grantsUntil, now }: BringUp,
  work: (transaction: Scoped, failed: readonly FailedChange[]) => Promise<Result | typeof behind>,
): Promise<Result> {
  const failed: FailedChange[] = []
  for (let [periods, grants] = [0, 0]; periods < periodsMax && grants < grantsMax; ) {
    const result = await step((transaction) => work(transaction, failed))
    if (result !== behind) return result
    const done = await step((transaction) => giveOrBill(transaction, { subscriptionId, grantsUntil, now }))
    failed.push(...done.failed)
    if (done.grants === 0) periods++
    grants += done.grants
  }
  const message = `Subscription ${subscriptionId} has more than ${periodsMax} periods that are not billed, or ${grantsMax} grants of credits that are not given: run the billing first`
  throw new CodedError('state_conflict', message)
}

interface BringUp {
  readonly step: Step
  readonly subscriptionId: string
  readonly grantsUntil: Date | null
  readonly now: Date
}

interface BroughtUp {
  /** How many were given; of a period that was billed none. */
  readonly grants: number
  readonly failed: readonly FailedChange[]
}

/** As a billing run does: what fell due before the period's end, then the period. */
async function giveOrBill(
  transaction: Scoped,
  { subscriptionId, grantsUntil, now }: Omit<BringUp, 'step'>,
): Promise<BroughtUp> {
  const due = grantsUntil ? await listDueGrants(transaction, subscriptionId, grantsUntil) : []
  if (due.length === 0) {
    const { failed } = await billPeriod(transaction, subscriptionId, now)
    return { grants: 0, failed }
  }
  await billingSettings(transaction, subscriptionId)
  const { applications } = await grantDue(transaction, due, now)
  return { grants: applications, failed: [] }
}

export interface BilledPeriod {
  readonly invoiceIds: readonly string[]
  /** What waited for its boundary and can never be done. */
  readonly failed: readonly FailedChange[]
  /** Where the subscription is by then; undefined where nothing was due. */
  readonly advance: SubscriptionAdvance | undefined
}

/** Bills the one period of a subscription that is due. */
export async function billPeriod(
  transaction: Scoped,
  subscriptionId: string,
  now: Date,
): Promise<BilledPeriod> {
  const [period] = await together(transaction, heldPeriod(transaction, subscriptionId))
  return await billHeldPeriod(transaction, period, { subscriptionId, now })
}

export interface HeldPeriod {
  readonly settings: EnvironmentSettings
  readonly held: HeldForBilling
}

/** What is read before that, to be sent with what its caller writes. */
export function heldPeriod(transaction: Scoped, subscriptionId: string): Reading<HeldPeriod> {
  const both = all([
    environmentSettings(transaction),
    heldForBilling(transaction, [subscriptionId], { dryRun: false }),
  ])
  return mapped(both, ([settings, held]) => ({ settings, held }))
}

/** The same of a period that was read. */
export async function billHeldPeriod(
  transaction: Scoped,
  { settings, held }: HeldPeriod,
  { subscriptionId, now }: { readonly subscriptionId: string; readonly now: Date },
): Promise<BilledPeriod> {
  refusePaused(settings, subscriptionId)
  const bill = { asOf: now, now, settings, dryRun: false, runId: null }
  const { failures, invoices, failedChanges: failed, advances } = await billHeld(transaction, held, bill)
  const [failure] = failures
  if (failure) throw new CodedError(failure.code, failure.message)
  return { invoiceIds: invoices.map(({ id }) => id), failed, advance: advances[0] }
}
