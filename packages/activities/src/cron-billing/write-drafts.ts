import type { Scoped } from '@flexprice/database/connection'
import {
  type DraftOutcome,
  finalizeInvoices,
  insertInvoices,
  type NewInvoice,
  refreshDrafts,
} from '@flexprice/database/invoices'
import type { EnvironmentSettings } from '@flexprice/database/tenancy'
import type { SubscriptionCharges } from '../calculate-charges/calculate-charges.ts'
import { closeLateUsage, type RatedClosing } from '../calculate-charges/close-late-usage.ts'
import { closingDraft, hasUsage } from '../calculate-charges/closing-invoice.ts'
import { draftOf, hasInvoice } from '../calculate-charges/draft-of.ts'

interface WriteDrafts {
  readonly settings: EnvironmentSettings
  readonly now: Date
  /** That the usage was rated by. */
  readonly seenBy: string
  readonly dryRun?: boolean
}

export interface WrittenDrafts {
  /** What there is an invoice of, with it. */
  readonly charged: readonly { readonly one: SubscriptionCharges; readonly draft: NewInvoice }[]
  /** But for those that were closed before their time. */
  readonly invoices: readonly NewInvoice['invoice'][]
  /** Those that do not wait for late events: not written before they are closed. */
  readonly closing: readonly RatedClosing[]
}

/**
 * Writes the drafts of rated subscriptions that wait for late events, in the transaction that holds them, and tells which
 * others are to be closed: `closeWritten` does that, last. A draft that is there already is brought up to date.
 */
export async function writeDrafts(
  transaction: Scoped,
  rated: readonly SubscriptionCharges[],
  { settings, now, seenBy, dryRun = false }: WriteDrafts,
): Promise<WrittenDrafts> {
  const charged = rated
    .filter(hasInvoice)
    .map((one) => ({ one, draft: withDelay(draftOf(one, now), one, { settings, now }) }))
  const invoices = charged.flatMap(({ one, draft }) => (one.invoicedBy === null ? [draft.invoice] : []))
  if (dryRun) return { charged, invoices, closing: [] }
  const found = await draftsThere(transaction, charged, now)
  const waits = ({ invoice }: NewInvoice): boolean => invoice.finalize_at !== null
  await insertInvoices(
    transaction,
    charged.flatMap(({ draft }, index) => (waits(draft) && found[index]?.state === 'missing' ? [draft] : [])),
    now,
  )
  const closing = charged.flatMap(({ one, draft }, index) => {
    if (waits(draft) || found[index]?.state === 'closed') return []
    return [{ one, closing: closingDraft(one, draft, { found: found[index], seenBy, now }) }]
  })
  return { charged, invoices, closing }
}

/** What there is of each, brought up to date; of what rating has found no invoice of there is none, as it is held. */
async function draftsThere(
  transaction: Scoped,
  charged: WrittenDrafts['charged'],
  now: Date,
): Promise<readonly DraftOutcome[]> {
  const asked = charged.filter(({ one }) => one.mayBeThere)
  const outcomes = await refreshDrafts(
    transaction,
    asked.map(({ draft }) => draft),
    now,
  )
  const outcomeOf = new Map(asked.map(({ one }, index) => [one, outcomes[index]]))
  return charged.map(
    ({ one, draft }) => outcomeOf.get(one) ?? { invoiceId: draft.invoice.id, state: 'missing' },
  )
}

/** With the late usage that they carry; numbers are taken here. */
export async function closeWritten(
  transaction: Scoped,
  closing: readonly RatedClosing[],
  { seenBy, now }: { readonly seenBy: string; readonly now: Date },
): Promise<void> {
  await finalizeInvoices(transaction, await closeLateUsage(transaction, closing, { seenBy, now }), now)
}

const hourMs = 3_600_000

/** One with usage waits for late events, from its period's end on, unless that is over by now. */
function withDelay(
  draft: NewInvoice,
  one: SubscriptionCharges,
  { settings, now }: Pick<WriteDrafts, 'settings' | 'now'>,
): NewInvoice {
  if (!hasUsage(one)) return draft
  const at = new Date(one.period.end.getTime() + settings.finalization_delay_hours * hourMs)
  return at <= now ? draft : { ...draft, invoice: { ...draft.invoice, finalize_at: at } }
}
