import { assert } from '@flexprice/domain'
import { reachOf } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { StoredLine } from './line-item-lock.ts'

/**
 * The lines that carry a line on without a gap: those of its price's chain that begin where it ends, and
 * so forth. Who ends it or changes its quantity means them, too: whether a price edit has been synced
 * already must not decide what a customer pays.
 */
export async function continuationsOf(scoped: Scoped, line: StoredLine): Promise<StoredLine[]> {
  if (line.end_date === null) return []
  const later = await selectChain(scoped, line)
    .where('start_date', '>=', line.end_date)
    .where('id', '<>', line.id)
    .where(sql<boolean>`(end_date is null or end_date > start_date)`)
    .orderBy('start_date')
    .execute()
  return withoutGap(line.end_date, later)
}

/** Until when users have the line's chain go on without a gap, from the line on; null: for ever. */
export async function reachOfChain(scoped: Scoped, line: StoredLine): Promise<Date | null> {
  const lines = await selectChain(scoped, line).execute()
  const from = lines.find(({ id }) => id === line.id)
  assert(from, 'a line is of its own chain')
  return reachOf(lines, from)
}

function selectChain({ db }: Scoped, line: StoredLine) {
  return db
    .selectFrom('subscription_line_items')
    .selectAll()
    .where('subscription_id', '=', line.subscription_id)
    .where(
      sql<boolean>`price_id in (select other.id from prices p
        join prices other on other.environment_id = p.environment_id and other.root_price_id = p.root_price_id
        where p.environment_id = ${line.environment_id} and p.id = ${line.price_id})`,
    )
}

function withoutGap(from: Date, later: readonly StoredLine[]): StoredLine[] {
  const found: StoredLine[] = []
  let reach: Date | null = from
  for (const line of later) {
    if (reach === null || line.start_date > reach) break
    found.push(line)
    reach = line.end_date
  }
  return found
}
