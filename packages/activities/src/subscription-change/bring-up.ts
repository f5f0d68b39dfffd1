import type { Scoped } from '@flexprice/database/connection'
import { CodedError } from '@flexprice/domain'
import { billDue } from '../cron-billing/bill-due.ts'
import { billingSettings } from '../cron-billing/billing-settings.ts'

/** More are brought up by a billing run first: whoever waits for a change cannot wait for all of them. */
const periodsMax = 120

/** Told by work that finds its subscription behind, and has written nothing. */
export const behind = Symbol('a period that has ended is not billed yet')

/** Runs work in a transaction: one of its own, or the one that all of it is in. */
export type Step = <Result>(work: (transaction: Scoped) => Promise<Result>) => Promise<Result>

/**
 * Does the work once all of a subscription's billing that is behind was brought up, one period a transaction (billing
 * rules, section 8): the work itself tells whether there is any, as it holds the subscription.
 *
 * @throws state_conflict while the environment's billing is paused, or for more than can be waited for; what the
 *   subscription's billing failed with
 */
export async function broughtUp<Result>(
  { step, subscriptionId, now }: { readonly step: Step; readonly subscriptionId: string; readonly now: Date },
  work: (transaction: Scoped) => Promise<Result | typeof behind>,
): Promise<Result> {
  for (let periods = 0; periods < periodsMax; periods++) {
    const result = await step(work)
    if (result !== behind) return result
    await step((transaction) => billPeriod(transaction, subscriptionId, now))
  }
  const message = `Subscription ${subscriptionId} has more than ${periodsMax} periods that are not billed: run the billing first`
  throw new CodedError('state_conflict', message)
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
