import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * Takes so many numbers for invoices that are finalized in the caller's transaction: without gaps, per
 * environment and UTC month of the finalization (billing rules, section 5). The counter's row stays
 * locked until the transaction ends, so that a number is used or was never taken: take them late.
 */
export async function takeInvoiceNumbers(
  scoped: Scoped,
  { count, finalizedAt }: { count: number; finalizedAt: Date },
): Promise<string[]> {
  assert(scoped.db.isTransaction, 'numbers are taken in the transaction that finalizes')
  if (count === 0) return []
  const month = finalizedAt.toISOString().slice(0, 7).replace('-', '')
  const { rows } = await sql<{ last_number: number }>`
    insert into invoice_number_counters as counter (environment_id, month, last_number)
    values (${scoped.scope.environmentId}, ${month}, ${count})
    on conflict (environment_id, month) do update set last_number = counter.last_number + excluded.last_number
    returning last_number`.execute(scoped.db)
  assert(rows[0], 'the counter returns its row')
  const before = rows[0].last_number - count
  return Array.from({ length: count }, (_, index) => invoiceNumber(month, before + index + 1))
}

function invoiceNumber(month: string, number: number): string {
  return `INV-${month}-${String(number).padStart(numberDigits, '0')}`
}

const numberDigits = 6
