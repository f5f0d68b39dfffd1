import type { FixedTerms } from './fixed.ts'
import { intervalAt, type Span } from './grid.ts'
import type { Invoice, Subscription } from './subscription.ts'

export function fixedTerms(subscription: Subscription, of: Pick<Invoice, 'reason' | 'period'>): FixedTerms {
  const { grid, start, trialEnd, end, invoices } = subscription
  const isProrated = isProratedIn(subscription, of.period)
  const others = invoices.filter(
    ({ status, reason, period }) =>
      status !== 'VOIDED' && !(reason === of.reason && period.start === of.period.start),
  )
  // Of other chains, too, which nobody asks for.
  const billedOnce = new Set(others.flatMap(({ fixed }) => fixed.map(({ chain }) => chain)))
  return { grid, isProrated, paid: { start: trialEnd ?? start, end }, billedOnce }
}

/** A period that a cancellation cuts is billed as that says, whatever invoice its fees are on. */
export function isProratedIn(
  { grid, isProrated, cancellation }: Subscription,
  { start, end }: Span,
): boolean {
  const isCut = cancellation?.at === end && intervalAt(grid, start).end > end
  return isCut ? cancellation.isProrated : isProrated
}
