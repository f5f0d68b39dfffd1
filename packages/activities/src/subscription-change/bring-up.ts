import type { Scoped } from '@flexprice/database/connection'
import { getEnvironmentSettings } from '@flexprice/database/tenancy'
import { CodedError } from '@flexprice/domain'
import { billDue } from '../cron-billing/bill-due.ts'

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

async function billPeriod(transaction: Scoped, subscriptionId: string, now: Date): Promise<void> {
  const settings = await getEnvironmentSettings(transaction)
  if (settings.billing_paused) {
    const message = `Subscription ${subscriptionId} has a period that is not billed, and the environment's billing is paused`
    throw new CodedError('state_conflict', message)
  }
  const due = { asOf: now, now, settings, dryRun: false }
  const { failures } = await billDue(transaction, [subscriptionId], due)
  const [failure] = failures
  if (failure) throw new CodedError(failure.code, failure.message)
}
