import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { writeDrafts } from '@flexprice/database/invoices'
import { type ChargeOutcome, calculateCharges, type SubscriptionCharges } from './calculate-charges.ts'
import { draftOf, hasInvoice } from './draft-of.ts'
import { refusedDrafts } from './refuse-waiting.ts'

export interface Forecasts {
  readonly outcomes: readonly ChargeOutcome[]
  /** By subscription. */
  readonly draftIds: ReadonlyMap<string, string>
}

/**
 * Writes the next invoice of each subscription as its draft, in the caller's transaction, and holds them: what would be
 * billed as everything is now. Billing makes the draft anew as it comes to the boundary, so that who asks for one, and how
 * often, changes no bill. Of a subscription whose boundary a change of plan waits for none is written.
 */
export async function writeForecasts(
  transaction: Scoped,
  subscriptionIds: readonly string[],
  { seenBy, now }: { readonly seenBy: string | null; readonly now: Date },
): Promise<Forecasts> {
  const held = await readChargeFacts(transaction, subscriptionIds, { lock: true })
  const refused = await refusedDrafts(transaction, subscriptionIds)
  const errorOf = ({ subscription }: ChargeFacts) => refused.get(subscription.id)?.error
  const rated = await calculateCharges(
    transaction,
    held.filter((facts) => !errorOf(facts)),
    { choiceOf: () => ({ kind: 'next' }), seenBy, lock: true },
  )
  const drafts = rated.filter(
    (outcome): outcome is SubscriptionCharges =>
      !('error' in outcome) && outcome.invoicedBy === null && hasInvoice(outcome),
  )
  const written = await writeDrafts(
    transaction,
    drafts.map((draft) => draftOf(draft, now)),
    now,
  )
  const waiting = held.flatMap((facts) => {
    const error = errorOf(facts)
    return error ? [{ facts, error }] : []
  })
  return {
    outcomes: [...rated, ...waiting],
    draftIds: new Map(
      drafts.flatMap(({ facts }, index) => {
        const id = written[index]?.invoiceId
        return id === undefined ? [] : [[facts.subscription.id, id]]
      }),
    ),
  }
}
