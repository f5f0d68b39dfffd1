import { add, type Surroundings } from './bill.ts'
import { type CreditedTime, creditedTimes, giveBack, hasBilled } from './credit-ahead.ts'
import { advanceLines, type ExpectedLine, onceLines } from './fixed.ts'
import { fixedTerms } from './fixed-terms.ts'
import type { Line } from './lines.ts'
import type { Subscription } from './subscription.ts'

/**
 * What a change credits and charges at once (billing rules, sections 6 and 8), of FIXED ADVANCE, from now to the period's
 * end: what was billed of the chains that go comes back, and the lines that come are charged. The charges are an invoice
 * of the change's own, which takes what it can of the credits; only the rest of these goes back.
 */
export function settleChange(
  subscription: Subscription,
  { going, coming }: { readonly going: ReadonlySet<number>; readonly coming: readonly Line[] },
  around: Surroundings,
): void {
  const { now } = around
  const { current, status } = subscription
  if (status === 'trialing') return
  const credits = creditedTimes(subscription, now, going)
  const rest = { start: now, end: current.end }
  const of = { reason: 'SUBSCRIPTION_UPDATE', period: rest } as const
  const terms = { ...fixedTerms(subscription, of), isProrated: true }
  const lines = coming.filter(({ start }) => start >= now)
  const charges = [
    ...advanceLines(terms, lines, rest, null),
    ...onceLines(terms, lines, { closes: null, opens: rest }),
  ]
    .filter(({ cents }) => cents > 0n)
    .map((line) => asItWas(line, aheadOf(subscription, now)))
    .filter(({ cents }) => cents > 0n)
  const charged = charges.reduce((sum, { cents }) => sum + cents, 0n)
  const netted = giveBack(subscription, credits, { charged, around })
  if (charges.length === 0) return
  const end = Math.max(...charges.map(({ start, paidUntil }) => paidUntil ?? start))
  const creditLines = netted.flatMap((cents, index) => creditLine(credits[index], now, cents))
  const fixed = [...charges, ...creditLines]
  add(subscription, { ...of, period: { start: now, end }, fixed, usage: [] }, around)
}

/** What invoices have billed for a time that goes beyond an instant. */
export function aheadOf({ invoices }: Subscription, at: number): ExpectedLine[] {
  return invoices
    .filter(hasBilled)
    .flatMap(({ fixed }) =>
      fixed.filter(({ start, paidUntil }) => paidUntil !== null && start <= at && paidUntil > at),
    )
}

/** A change and its reverse in one instant cost nothing: what was credited from then on is charged again. */
function asItWas(charge: ExpectedLine, ahead: readonly ExpectedLine[]): ExpectedLine {
  const before = ahead.findLast(
    ({ chain, terms, creditedFrom, emptyFrom, paidUntil }) =>
      chain === charge.chain &&
      terms === charge.terms &&
      (creditedFrom ?? emptyFrom) === charge.start &&
      paidUntil === charge.paidUntil,
  )
  return before ? { ...charge, cents: before.credited } : charge
}

function creditLine(credit: CreditedTime | undefined, at: number, cents: bigint): ExpectedLine[] {
  if (!credit || cents === 0n) return []
  const { chain, start } = credit.line
  const of = { chain, type: 'FIXED', start: Math.max(start, at) } as const
  return [{ ...of, cents: -cents, paidUntil: null, credited: 0n, creditedFrom: null }]
}
