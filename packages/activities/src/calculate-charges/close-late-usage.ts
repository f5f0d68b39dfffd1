import type { Scoped } from '@flexprice/database/connection'
import { applyLateCredits, insertLateCredits } from '@flexprice/database/credits'
import {
  type ClosingInvoice,
  isEarlyClosing,
  keepLateLooks,
  noteEarlyClosings,
} from '@flexprice/database/invoices'
import type { SubscriptionCharges } from './calculate-charges.ts'

type RatedOne = Pick<SubscriptionCharges, 'facts' | 'period' | 'late'>

/** A rated invoice that is about to be closed. */
export interface RatedClosing {
  readonly one: RatedOne
  readonly closing: ClosingInvoice
}

/**
 * What closing invoices does for late usage, in the transaction that holds their subscriptions, before numbers are
 * taken: the credits of late usage are kept and lower what is due, and what the rating has seen is not looked at
 * again. A fixed number of statements; one where there is no late usage.
 *
 * @param alone rated ones of which there is no invoice to close: their late usage is none, or credits
 * @returns the invoices with what is due of them by now
 */
export async function closeLateUsage(
  transaction: Scoped,
  closings: readonly RatedClosing[],
  { seenBy, now, alone = [] }: { seenBy: string; now: Date; alone?: readonly RatedOne[] },
): Promise<readonly ClosingInvoice[]> {
  const rated = [...closings.map(({ one }) => one), ...alone]
  const looked = rated.flatMap(({ facts, late }) => (late ? [{ id: facts.subscription.id, late }] : []))
  await insertLateCredits(
    transaction,
    looked.flatMap(({ late }) => late.credits),
    now,
  )
  await keepLateLooks(
    transaction,
    looked.map(({ id }) => id),
    { seenBy, now },
  )
  const early = closings.filter(
    ({ one: { period }, closing }) => closing.seenBy !== null && isEarlyClosing(period.end, now),
  )
  await noteEarlyClosings(
    transaction,
    early.map(({ one: { facts, period } }) => ({
      externalCustomerId: facts.subscription.external_customer_id,
      periodEnd: period.end,
    })),
    seenBy,
  )
  return applyLateCredits(
    transaction,
    {
      subscriptionIds: rated.map(({ facts }) => facts.subscription.id),
      closings: closings.map(({ closing }) => closing),
    },
    now,
  )
}
