import type { Scoped } from '@flexprice/database/connection'
import { listDueGrants } from '@flexprice/database/grants'
import { CodedError } from '@flexprice/domain'
import { billDue } from '../cron-billing/bill-due.ts'
import { billingSettings } from '../cron-billing/billing-settings.ts'
import { grantDue } from '../cron-billing/grant-due.ts'

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
  work: (transaction: Scoped) => Promise<Result | typeof behind>,
): Promise<Result> {
  for (let [periods, grants] = [0, 0]; periods < periodsMax && grants < grantsMax; ) {
    const result = await step(work)
    if (result !== behind) return result
    const given = await step((transaction) => giveOrBill(transaction, { subscriptionId, grantsUntil, now }))
    if (given === 0) periods++
    grants += given
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

/** As a billing run does: what fell due before the period's end, then the period. @returns how many grants were given */
async function giveOrBill(
  transaction: Scoped,
  { subscriptionId, grantsUntil, now }: Omit<BringUp, 'step'>,
): Promise<number> {
  const due = grantsUntil ? await listDueGrants(transaction, subscriptionId, grantsUntil) : []
  if (due.length === 0) {
    await billPeriod(transaction, subscriptionId, now)
    return 0
  }
  await billingSettings(transaction, subscriptionId)
  const { applications } = await grantDue(transaction, due, now)
  return applications
}

/**
 * Bills the one period of a subscription that is due.
 *
 * @returns the ids of its invoices
 */
export async function billPeriod(transaction: Scoped, subscriptionId: string, now: Date): Promise<string[]> {
  const settings = await billingSettings(transaction, subscriptionId)
  const due = { asOf: now, now, settings, dryRun: false, runId: null }
  const { failures, invoices } = await billDue(transaction, [subscriptionId], due)
  const [failure] = failures
  if (failure) throw new CodedError(failure.code, failure.message)
  return invoices.map(({ id }) => id)
}
