import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { takeNumbers } from './number-counters.ts'

/**
 * Takes so many numbers for invoices that are finalized in the caller's transaction: without gaps, per
 * environment and UTC month of the finalization (billing rules, section 5), with the environment's prefix.
 */
export function takeInvoiceNumbers(
  scoped: Scoped,
  taken: { count: number; finalizedAt: Date },
): Promise<string[]> {
  const prefix = sql<string | null>`(select s.invoice_number_prefix from environment_settings s
    where s.environment_id = counter.environment_id)`
  return takeNumbers(scoped, 'invoice_number_counters', { ...taken, prefix, otherwise: 'INV' })
}
