import { sql } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { mapped, type Reading, rowsOf } from '../connection/together.ts'
import { type StoredLine, versionRaised } from './line-item-lock.ts'
import type { LineState } from './line-state.ts'

/**
 * What writes a subscription's lines and prices as edits have left them: a statement a kind of change, however many there
 * are, none where nothing has changed. The caller's transaction holds the subscription, and has read what was before.
 */
export function lineWrites(
  scoped: Scoped,
  { before, after }: { readonly before: LineState; readonly after: LineState },
  now: Date,
): Reading<void>[] {
  if (before === after) return []
  const lines = differences(before.lines, after.lines)
  const prices = differences(before.prices, after.prices)
  const statements = [
    // A lookup key is one price's: the one that ends gives it up first.
    ...(prices.changed.length > 0 ? [endPrices(scoped, prices.changed, now)] : []),
    ...(prices.added.length > 0
      ? [insertRecords('prices', audited(scoped, prices.added.map(newRow), now))]
      : []),
    ...(lines.changed.length > 0 ? [changeLines(scoped, lines.changed, now)] : []),
    ...(lines.added.length > 0
      ? [insertRecords('subscription_line_items', audited(scoped, lines.added.map(newLine), now))]
      : []),
    versionRaised(scoped, before.subscription.id, now),
  ]
  return statements.map((statement) => mapped(rowsOf(sql`${statement}`), () => undefined))
}

function differences<Row>(before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>) {
  const others = [...after].filter(([id, row]) => before.get(id) !== row)
  return {
    added: others.flatMap(([id, row]) => (before.has(id) ? [] : [row])),
    changed: others.flatMap(([id, row]) => (before.has(id) ? [row] : [])),
  }
}

/** Without what `audited` says of it. */
function newRow<Row extends StoredLine | PriceRow>(row: Row) {
  const {
    environment_id: _,
    created_at: __,
    created_by: ___,
    updated_at: ____,
    updated_by: _____,
    ...own
  } = row
  return own
}

/** It is on the subscription's grid. */
function newLine(line: StoredLine) {
  const { former_grid: _, ...row } = newRow(line)
  return row
}

function endPrices({ scope }: Scoped, prices: readonly PriceRow[], now: Date) {
  const { updated_at, updated_by } = change(scope, now)
  return sql`
    update prices p set end_date = c.end_date, successor_price_id = c.successor, lookup_key = null,
      updated_at = ${updated_at}, updated_by = ${updated_by}
    from unnest(${prices.map(({ id }) => id)}::text[], ${prices.map(({ end_date: end }) => end?.toISOString() ?? null)}::timestamptz[],
      ${prices.map(({ successor_price_id: id }) => id)}::text[]) as c (id, end_date, successor)
    where p.environment_id = ${scope.environmentId} and p.id = c.id`
}

/** By their ids, beside the join: a plan that is made while statistics call the table empty would read all lines. */
function changeLines({ scope }: Scoped, lines: readonly StoredLine[], now: Date) {
  const { updated_at, updated_by } = change(scope, now)
  const rows = lines.map(({ id, quantity, end_date, ended_by, user_end, metadata }) => {
    return { id, quantity, end_date, ended_by, user_end, metadata }
  })
  return sql`
    update subscription_line_items l set quantity = c.quantity, end_date = c.end_date, ended_by = c.ended_by,
      user_end = c.user_end, metadata = c.metadata, updated_at = ${updated_at}, updated_by = ${updated_by}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (id text, quantity numeric, end_date timestamptz,
      ended_by text, user_end timestamptz, metadata jsonb)
    where l.id = c.id and l.id = any (${lines.map(({ id }) => id)}::text[])`
}
