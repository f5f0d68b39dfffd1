import type { PauseSubscription, ResumeSubscription } from '../lives/change-step.ts'
import { add, billPeriod, type Surroundings } from './bill.ts'
import { creditAhead } from './credit-ahead.ts'
import { advanceLines, type ExpectedLine, onceLines } from './fixed.ts'
import { fixedTerms } from './fixed-terms.ts'
import { allLines } from './lines-of-subscription.ts'
import { isPausedAt } from './pauses.ts'
import type { Subscription } from './subscription.ts'

/** Stands still from now or from the period's end on. @returns false where that is refused, and nothing is done */
export function pause(subscription: Subscription, step: PauseSubscription, around: Surroundings): boolean {
  const { now } = around
  if (subscription.start > now || subscription.cancellation) return false
  const isOpen = subscription.pauses.some(({ end }) => end > now)
  if (isOpen || statusAt(subscription, now) !== 'active') return false
  bringUp(subscription, around)
  subscription.lastChangeAt = now
  const { isProrated } = step
  const start = step.when === 'now' ? now : subscription.current.end
  if (step.when === 'now') {
    if (isProrated) creditAhead(subscription, now, around)
    subscription.status = 'paused'
  }
  const open = { start, end: Infinity, beginsProrated: isProrated, endsProrated: false }
  subscription.pauses = [...subscription.pauses, open]
  return true
}

/** Goes on from now or from the period's end on; a pause that has not begun is taken back. */
export function resume(subscription: Subscription, step: ResumeSubscription, around: Surroundings): boolean {
  const { now } = around
  const status = statusAt(subscription, now)
  const open = subscription.pauses.find(({ end }) => end > now)
  if (!open || (status !== 'paused' && status !== 'active')) return false
  bringUp(subscription, around)
  subscription.lastChangeAt = now
  if (status === 'active') {
    subscription.pauses = subscription.pauses.filter((one) => one !== open)
    return true
  }
  open.endsProrated = step.isProrated
  open.end = step.when === 'now' ? now : subscription.current.end
  if (step.when === 'now') {
    subscription.status = 'active'
    if (step.isProrated) chargeRest(subscription, around)
  }
  return true
}

/** What it is once all that is behind was billed. */
function statusAt(
  { status, end, trialEnd, pauses, dueAt }: Subscription,
  now: number,
): Subscription['status'] {
  if (dueAt === null || dueAt > now) return status
  if (end <= now) return 'cancelled'
  if (trialEnd !== null && now < trialEnd) return 'trialing'
  return isPausedAt(pauses, now) ? 'paused' : 'active'
}

/** The rest of the period in advance, as far as nobody has paid for it: it is billed at once. */
function chargeRest(subscription: Subscription, around: Surroundings): void {
  const { now } = around
  const { current, invoices } = subscription
  const rest = { start: now, end: current.end }
  const coming = allLines(subscription).filter(({ start }) => start === now)
  const billed = invoices.filter(({ status }) => status === 'DRAFT' || status === 'FINALIZED')
  const ahead = billed
    .flatMap(({ fixed }) => fixed)
    .filter(({ start, paidUntil }) => {
      return paidUntil !== null && start <= now && paidUntil > now
    })
  const isPaidFor = ({ chain }: ExpectedLine) =>
    ahead.some((line) => line.chain === chain && line.creditedFrom === null)
  const terms = {
    ...fixedTerms(subscription, { reason: 'SUBSCRIPTION_UPDATE', period: rest }),
    isProrated: true,
  }
  const charges = [
    ...advanceLines(terms, coming, rest, null),
    ...onceLines(terms, coming, { closes: null, opens: rest }),
  ].filter((line) => line.cents > 0n && !isPaidFor(line))
  if (charges.length === 0) return
  const fixed = charges.map((line) => asItWas(line, ahead))
  const end = Math.max(...fixed.map(({ start, paidUntil }) => paidUntil ?? start))
  add(subscription, { reason: 'SUBSCRIPTION_UPDATE', period: { start: now, end }, fixed, usage: [] }, around)
}

/** A pause and its end in one instant cost nothing: what was credited from then on is charged again. */
function asItWas(charge: ExpectedLine, ahead: readonly ExpectedLine[]): ExpectedLine {
  const before = ahead.findLast(
    ({ chain, terms, creditedFrom }) =>
      chain === charge.chain && terms === charge.terms && creditedFrom === charge.start,
  )
  return before ? { ...charge, cents: before.credited } : charge
}

function bringUp(subscription: Subscription, around: Surroundings): void {
  while (subscription.dueAt !== null && subscription.dueAt <= around.now) billPeriod(subscription, around)
}
