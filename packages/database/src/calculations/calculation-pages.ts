import { assert } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { insertRecords } from '../connection/insert-records.ts'
import type { JsonText } from '../connection/json-text.ts'
import type { CalculationItemTable } from '../tables/calculation-tables.ts'
import { type CalculationRow, selected } from './calculations.ts'

export type CalculationItemRow = Selectable<CalculationItemTable>
export type NewCalculationItem = Omit<CalculationItemRow, 'calculation_id' | 'environment_id' | 'lines'> & {
  /** Of `CalculatedLine`s. */
  readonly lines: JsonText
}

export interface CalculationPage {
  readonly slice: number
  readonly cursor: string
  readonly subscriptionIds: readonly string[]
}

/** The slice's next subscriptions, the slice held until the caller's transaction ends. */
export async function nextCalculationPage(
  scoped: Scoped,
  next: { calculation: CalculationRow; slice: number; subscriptionsMax: number },
): Promise<CalculationPage> {
  assert(scoped.db.isTransaction, 'a page is worked on in one transaction')
  const { calculation, slice } = next
  const row = await scoped.db
    .selectFrom('calculation_slices')
    .select(['cursor', 'range_end'])
    .where('calculation_id', '=', calculation.id)
    .where('slice', '=', slice)
    .forUpdate()
    .executeTakeFirst()
  assert(row, `calculation ${calculation.id} has a slice ${slice}`)
  const { rows } = await sql<{ id: string }>`
    select s.id from subscriptions s
    where ${selected(calculation)} and s.id > ${row.cursor} and s.id <= ${row.range_end}
    order by s.id limit ${next.subscriptionsMax}`.execute(scoped.db)
  const subscriptionIds = rows.map(({ id }) => id)
  const isLast = subscriptionIds.length < next.subscriptionsMax
  return {
    slice,
    cursor: isLast ? row.range_end : (subscriptionIds.at(-1) ?? row.range_end),
    subscriptionIds,
  }
}

/**
 * Writes a page's items with its part of the totals, and moves the slice's cursor, in the transaction that
 * holds the slice: a killed worker's next attempt goes on behind the last whole page.
 */
export async function writeCalculationPage(
  scoped: Scoped,
  write: {
    calculationId: string
    page: CalculationPage
    items: readonly NewCalculationItem[]
    now: Date
  },
): Promise<void> {
  const { calculationId, page, items, now } = write
  const by = { calculation_id: calculationId, environment_id: scoped.scope.environmentId }
  if (items.length > 0) {
    await insertRecords(
      'calculation_items',
      items.map((item) => ({ ...item, ...by })),
    ).execute(scoped.db)
    await addTotals(scoped, calculationId, page)
  }
  const failed = items.filter(({ error }) => error !== null).length
  await sql`
    update calculation_slices set cursor = ${page.cursor}, updated_at = ${now},
      subscriptions_processed = subscriptions_processed + ${items.length}::bigint,
      subscriptions_failed = subscriptions_failed + ${failed}::bigint
    where calculation_id = ${calculationId} and slice = ${page.slice}`.execute(scoped.db)
}

async function addTotals(scoped: Scoped, calculationId: string, page: CalculationPage): Promise<void> {
  await sql`
    insert into calculation_totals as t
      (calculation_id, slice, environment_id, plan_id, currency, subscriptions, failed, subtotal, total)
    select calculation_id, ${page.slice}::smallint, environment_id, plan_id, currency, count(*), count(error),
      coalesce(sum(subtotal) filter (where not is_invoiced), 0), coalesce(sum(total) filter (where not is_invoiced), 0)
    from calculation_items
    where calculation_id = ${calculationId} and subscription_id = any (${page.subscriptionIds}::text[])
    group by 1, 2, 3, 4, 5
    on conflict (calculation_id, slice, plan_id, currency) do update set
      subscriptions = t.subscriptions + excluded.subscriptions, failed = t.failed + excluded.failed,
      subtotal = t.subtotal + excluded.subtotal, total = t.total + excluded.total`.execute(scoped.db)
}

/** By subscription id, behind the cursor. */
export function listCalculationItems(
  scoped: Scoped,
  { calculationId, cursor, limit }: { calculationId: string; cursor: string; limit: number },
): Promise<CalculationItemRow[]> {
  return scoped.db
    .selectFrom('calculation_items')
    .selectAll()
    .where('calculation_id', '=', calculationId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('subscription_id', '>', cursor)
    .orderBy('subscription_id')
    .limit(limit)
    .execute()
}

/**
 * Removes so many rows at the most of the environment's calculations that were made before the instant, and those
 * calculations of which nothing is left.
 *
 * @returns false when there is more to remove
 */
export async function purgeCalculations(
  scoped: Scoped,
  { before, rowsMax }: { before: Date; rowsMax: number },
): Promise<boolean> {
  const old = sql`select id from calculations
    where environment_id = ${scoped.scope.environmentId} and created_at < ${before}`
  const { rows } = await sql<{ removed: number }>`
    with gone as (
      delete from calculation_items where (calculation_id, subscription_id) in (
        select i.calculation_id, i.subscription_id from calculation_items i
        where i.calculation_id in (${old}) limit ${rowsMax})
      returning 1
    ) select count(*) as removed from gone`.execute(scoped.db)
  if ((rows[0]?.removed ?? 0) >= rowsMax) return false
  await sql`
    with totals as (delete from calculation_totals where calculation_id in (${old}))
    delete from calculation_slices where calculation_id in (${old})`.execute(scoped.db)
  await sql`delete from calculations where id in (${old})`.execute(scoped.db)
  return true
}
