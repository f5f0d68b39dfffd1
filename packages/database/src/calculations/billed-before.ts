import type { Scoped } from '../connection/connection.ts'
import { type Reading, together } from '../connection/together.ts'
import { type LateCarrier, type LateUsage, lateUsageClock, readFinalUsage } from './final-usage.ts'
import { invoiceRows, type WantedInvoice, type WrittenInvoices, writtenInvoices } from './written-drafts.ts'

export interface BilledBefore extends WrittenInvoices {
  /** What late events may have changed of final invoices, by subscription. */
  readonly finals: ReadonlyMap<string, LateUsage>
}

/**
 * What there is of invoices that are to be rated, and what late events have changed before them: one round trip, where no
 * draft is written and no late usage billed.
 *
 * @param lock true to hold the invoices as they are until the caller's transaction ends
 */
export async function readBilledBefore(
  scoped: Scoped,
  {
    wanted,
    carriers,
  }: { readonly wanted: readonly WantedInvoice[]; readonly carriers: readonly LateCarrier[] },
  how: { readonly lock?: boolean } = {},
): Promise<BilledBefore> {
  const [rows, now] = await together(
    scoped,
    invoiceRows(scoped, wanted, how),
    carriers.length > 0 ? lateUsageClock(scoped) : never,
  )
  return {
    ...(await writtenInvoices(scoped, rows)),
    finals: now === null ? new Map() : await readFinalUsage(scoped, carriers, now),
  }
}

const never: Reading<Date | null> = { runOn: async () => null }
