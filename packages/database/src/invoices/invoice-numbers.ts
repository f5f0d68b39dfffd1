import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * The part `number` of a WITH: takes so many numbers for invoices that are finalized by the statement, without gaps, per
 * environment and UTC month of the finalization (billing rules, section 5). A change of the environment's prefix goes
 * on counting. The counter's row stays locked until the transaction ends, so that a number is used or was never taken:
 * it is taken once the parts before it, which are named, have been run, and not before.
 */
export function takeInvoiceNumbers(
  { scope }: Scoped,
  { count, finalizedAt, after }: { count: number; finalizedAt: Date; after: readonly string[] },
): RawBuilder<unknown> {
  const month = finalizedAt.toISOString().slice(0, 7).replace('-', '')
  // A part that writes is run when it is read, or else at the end.
  const areRun = after.map((part) => sql`and (select count(*) from ${sql.ref(part)}) >= 0`)
  return sql`
    insert into invoice_number_counters as counter (environment_id, month, last_number)
    select ${scope.environmentId}, ${month}, ${count}::bigint where ${count}::bigint > 0 ${sql.join(areRun, sql` `)}
    on conflict (environment_id, month) do update set last_number = counter.last_number + excluded.last_number
    returning last_number - ${count}::bigint as before,
      coalesce((select s.invoice_number_prefix from environment_settings s
        where s.environment_id = counter.environment_id), ${defaultPrefix}) || '-' || month || '-' as beginning`
}

/** Of the numbers that were taken, the one at a position from 1 on; null at none. */
export function invoiceNumberAt(position: RawBuilder<unknown>): RawBuilder<unknown> {
  const number = sql`(before + ${position})::text`
  return sql`(select beginning || lpad(${number}, greatest(length(${number}), ${numberDigits}::integer), '0')
    from number)`
}

const defaultPrefix = 'INV'

const numberDigits = 6
