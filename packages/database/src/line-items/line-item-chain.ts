import { assert } from '@flexprice/domain'
import { carriedOn, type WholeStretch, wholeStretchesOf } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { StoredLine } from './line-item-lock.ts'
import { reachedChain } from './reached-chain.ts'

export interface ChainRow extends StoredLine {
  /** When the line's price reached the subscription. */
  readonly price_start: Date
}

export interface LineStretch extends WholeStretch<ChainRow> {
  /**
   * The lines that carry the stretch on without a gap. Who ends it or changes its quantity means them, too, where
   * they have that quantity.
   */
  readonly following: readonly ChainRow[]
  /** Until when users have the chain go on without a gap; null: for ever. What the plan's prices do is not asked. */
  readonly reach: Date | null
}

/**
 * The stretch that a line is of, with what the plan's other versions have of it: whether a price edit has been
 * synced already must decide neither what a user may do nor what a customer pays. A price of the subscription's own
 * knows no sync: there each line stands for itself.
 */
export async function stretchOfLine(
  scoped: Scoped,
  { line, price }: { line: StoredLine; price: PriceRow },
): Promise<LineStretch> {
  const chain = await listChain(scoped, line, price)
  const stretches = price.plan_id === null ? eachForItself(chain) : wholeStretchesOf(chain)
  const stretch = stretches.find(({ lines }) => lines.some(({ id }) => id === line.id))
  assert(stretch, 'a line is of its own chain')
  const following = carriedOn(stretches, stretch)
  const { end: reach } = following.at(-1) ?? stretch
  return { ...stretch, following: following.flatMap(({ lines }) => lines), reach }
}

function eachForItself(chain: readonly ChainRow[]): WholeStretch<ChainRow>[] {
  return chain.map((line) => ({ lines: [line], start: line.start_date, end: line.end_date }))
}

async function listChain(scoped: Scoped, line: StoredLine, price: PriceRow): Promise<ChainRow[]> {
  const rows = await readChain(scoped, line)
  const versions = await reachedChain(scoped, line.subscription_id, price)
  const startOf = new Map(versions.map(({ id, start_date }) => [id, start_date]))
  return rows.map((row) => ({ ...row, price_start: startOf.get(row.price_id) ?? row.price_start }))
}

function readChain({ db }: Scoped, line: StoredLine): Promise<ChainRow[]> {
  return db
    .selectFrom('subscription_line_items as line')
    .innerJoin('prices', 'prices.id', 'line.price_id')
    .selectAll('line')
    .select('prices.start_date as price_start')
    .where('line.subscription_id', '=', line.subscription_id)
    .where(
      sql<boolean>`line.price_id in (select other.id from prices p
        join prices other on other.environment_id = p.environment_id and other.root_price_id = p.root_price_id
        where p.environment_id = ${line.environment_id} and p.id = ${line.price_id})`,
    )
    .orderBy('line.start_date')
    .orderBy('line.id')
    .execute()
}

/** Ends lines by a user's wish. One that its price ended before keeps that end, and the user's beside it. */
export async function endLinesAt(
  scoped: Scoped,
  { lines, at, now }: { lines: readonly StoredLine[]; at: Date; now: Date },
): Promise<void> {
  if (lines.length === 0) return
  const isOver = sql<boolean>`coalesce(ended_by = 'price' and end_date < ${at}, false)`
  await scoped.db
    .updateTable('subscription_line_items')
    .set({
      end_date: sql<Date>`case when ${isOver} then end_date else greatest(start_date, ${at}::timestamptz) end`,
      ended_by: sql<'price' | 'user'>`case when ${isOver} then 'price' else 'user' end`,
      user_end: sql<Date | null>`case when ${isOver} then ${at}::timestamptz end`,
      ...change(scoped.scope, now),
    })
    .where(sql<boolean>`id = any(${lines.map(({ id }) => id)}::text[])`)
    .execute()
}
