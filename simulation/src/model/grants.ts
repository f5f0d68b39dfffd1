import type { GrantTerms } from '../lives/money-step.ts'
import { gridPoint, intervalAt } from './grid.ts'
import * as exact from './ratio.ts'
import { periodFrom, type Subscription } from './subscription.ts'
import { findWallet, newWallet, roundedCredits, type Wallet } from './wallets.ts'

/** What is to come of a grant to a subscription; at null nothing any more. */
export interface Coming {
  readonly terms: GrantTerms
  readonly isOfPlan: boolean
  at: number | null
}

export function comingOf(terms: GrantTerms, { start }: Subscription, isOfPlan = false): Coming {
  return { terms, isOfPlan, at: Math.max(terms.start ?? start, start) }
}

/** Whether it is its turn, whatever the time is: at one instant a period comes before grants. */
export function isInTurn({ at }: Coming, { dueAt, status }: Subscription): boolean {
  return at !== null && (dueAt === null || dueAt > at || status === 'cancelled')
}

/**
 * Gives what has fallen due, into the wallet of its rate that pays for everything (billing rules, section 11); what is
 * too little for a part of a credit is skipped.
 */
export function give(
  coming: Coming,
  subscription: Subscription,
  wallets: Wallet[],
): 'applied' | 'skipped' | undefined {
  const { terms, at } = coming
  const end = Math.min(terms.end ?? Infinity, subscription.end)
  coming.at = null
  if (at === null || at >= end || subscription.status === 'cancelled') return undefined
  const whole = terms.every && intervalAt({ ...subscription.grid, ...terms.every }, at)
  const periodEnd = whole && Math.min(whole.end, end)
  coming.at = periodEnd
  if (subscription.status === 'paused') return 'skipped'
  const full = exact.fromText(terms.credits)
  const share =
    whole && periodEnd !== null && terms.isProrated
      ? exact.over(exact.whole(periodEnd - at), exact.whole(whole.end - whole.start))
      : exact.whole(1)
  const available = roundedCredits(exact.times(full, share))
  if (exact.compare(available, exact.nothing) === 0) return 'skipped'
  const rate = exact.fromText(terms.rate)
  const wallet = findWallet(wallets, rate, 'ALL') ?? newWallet(rate, 'ALL')
  if (!wallets.includes(wallet)) wallets.push(wallet)
  const { priority } = terms
  wallet.credits.push({ available, priority, effective: null, expires: expiryOf(terms, subscription, at) })
  return 'applied'
}

const periodOf = { DAY: 'DAILY', WEEK: 'WEEKLY', MONTH: 'MONTHLY', YEAR: 'ANNUAL' } as const

function expiryOf({ expiry }: GrantTerms, { grid, trialEnd, end }: Subscription, at: number): number | null {
  if (expiry === 'NEVER') return null
  if (expiry === 'BILLING_CYCLE') {
    return trialEnd !== null && at < trialEnd ? Math.min(trialEnd, end) : periodFrom(grid, at, end).end
  }
  const { unit, count } = expiry
  return gridPoint({ anchor: at, zone: grid.zone, period: periodOf[unit], count: 1 }, count)
}
