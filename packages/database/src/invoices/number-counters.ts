import { assert } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** What is numbered without gaps, each by a counter of its own. */
export type NumberCounter = 'invoice_number_counters' | 'credit_note_number_counters'

/**
 * Takes so many numbers in the caller's transaction, per environment and UTC month of the finalization: without gaps
 * (billing rules, sections 5 and 12), like `INV-202608-000001`. A change of the prefix goes on counting. The counter's
 * row stays locked until the transaction ends, so that a number is used or was never taken: take them late.
 *
 * @param prefix an expression that yields it, or null where there is none
 */
export async function takeNumbers(
  scoped: Scoped,
  counter: NumberCounter,
  {
    count,
    finalizedAt,
    prefix,
    otherwise,
  }: { count: number; finalizedAt: Date; prefix?: RawBuilder<string | null>; otherwise: string },
): Promise<string[]> {
  assert(scoped.db.isTransaction, 'numbers are taken in the transaction that finalizes')
  if (count === 0) return []
  const month = finalizedAt.toISOString().slice(0, 7).replace('-', '')
  const { rows } = await sql<{ last_number: number; prefix: string | null }>`
    insert into ${sql.table(counter)} as counter (environment_id, month, last_number)
    values (${scoped.scope.environmentId}, ${month}, ${count})
    on conflict (environment_id, month) do update set last_number = counter.last_number + excluded.last_number
    returning last_number, ${prefix ?? sql`null::text`} as prefix`.execute(scoped.db)
  assert(rows[0], 'the counter returns its row')
  const before = rows[0].last_number - count
  const beginning = `${rows[0].prefix ?? otherwise}-${month}`
  return Array.from({ length: count }, (_, index) => {
    return `${beginning}-${String(before + index + 1).padStart(numberDigits, '0')}`
  })
}

const numberDigits = 6
