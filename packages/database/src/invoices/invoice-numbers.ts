import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * Takes so many numbers for invoices that are finalized in the caller's transaction: without gaps, per
 * environment and UTC month of the finalization (billing rules, section 5). A change of the environment's prefix goes
 * on counting. The counter's row stays locked until the transaction ends, so that a number is used or was never taken:
 * take them late.
 */
export async function takeInvoiceNumbers(
  scoped: Scoped,
  { count, finalizedAt }: { count: number; finalizedAt: Date },
): Promise<string[]> {
  assert(scoped.db.isTransaction, 'numbers are taken in the transaction that finalizes')
  if (count === 0) return []
  const month = finalizedAt.toISOString().slice(0, 7).replace('-', '')
  const { rows } = await sql<{ last_number: number; prefix: string | null }>`
    insert into invoice_number_counters as counter (environment_id, month, last_number)
    values (${scoped.scope.environmentId}, ${month}, ${count})
    on conflict (environment_id, month) do update set last_number = counter.last_number + excluded.last_number
    returning last_number, (select s.invoice_number_prefix from environment_settings s
      where s.environment_id = counter.environment_id) as prefix`.execute(scoped.db)
  assert(rows[0], 'the counter returns its row')
  const before = rows[0].last_number - count
  const beginning = `${rows[0].prefix ?? defaultPrefix}-${month}`
  return Array.from({ length: count }, (_, index) => invoiceNumber(beginning, before + index + 1))
}

function invoiceNumber(beginning: string, number: number): string {
  return `${beginning}-${String(number).padStart(numberDigits, '0')}`
}

const defaultPrefix = 'INV'

const numberDigits = 6
