import { assert, keyReused, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { creation } from '../connection/row-changes.ts'
import type { CalculationTable } from '../tables/calculation-tables.ts'
import { slicesOf } from './slices.ts'

export type CalculationRow = Selectable<CalculationTable>

export interface NewCalculation {
  readonly idempotencyKey: string
  readonly requestHash: string
  readonly planId: string | null
  /** Null with a null plan: all of the environment's. */
  readonly subscriptionIds: readonly string[] | null
  readonly window: { readonly start: Date; readonly end: Date } | null
  readonly createsDrafts: boolean
}

/**
 * Stores what is to be calculated, and pins it: `now` is the one instant of all of its figures, and the events
 * committed up to here are the ones that it counts. Idempotent by its key: the same request gives the same one.
 *
 * @throws key_reused when the key was used for another calculation
 */
export async function insertCalculation(scoped: Scoped, asked: NewCalculation, now: Date): Promise<string> {
  const id = newId('calculation')
  await scoped.db
    .insertInto('calculations')
    .values({
      id,
      idempotency_key: asked.idempotencyKey,
      request_hash: asked.requestHash,
      plan_id: asked.planId,
      subscription_ids: asked.subscriptionIds,
      period_start: asked.window?.start ?? null,
      period_end: asked.window?.end ?? null,
      creates_drafts: asked.createsDrafts,
      pinned_at: now,
      workflow_id: null,
      workflow_run_id: null,
      subscriptions_total: null,
      finished_at: null,
      ...creation(scoped.scope, now),
    })
    .onConflict((conflict) => conflict.columns(['environment_id', 'idempotency_key']).doNothing())
    .execute()
  const stored = await scoped.db
    .selectFrom('calculations')
    .select(['id', 'request_hash'])
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('idempotency_key', '=', asked.idempotencyKey)
    .executeTakeFirstOrThrow()
  if (stored.request_hash === asked.requestHash) return stored.id
  throw keyReused()
}

/** @throws not_found */
export async function getCalculation(scoped: Scoped, id: string): Promise<CalculationRow> {
  const row = await scoped.db
    .selectFrom('calculations')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .executeTakeFirst()
  if (!row) throw notFound('Calculation', id)
  return row
}

/**
 * Cuts the calculation's subscriptions into at most so many key ranges; once, so that what begins again finds
 * the same slices. Which they are: those that the next billing would come to, or whose life meets the window;
 * of those that are asked for by id all, as each one's answer is waited for.
 */
export function beginCalculation(
  scoped: Scoped,
  begin: { id: string; workflow: { id: string; runId: string }; slicesMax: number; now: Date },
): Promise<readonly number[]> {
  return inTransaction(scoped, async (transaction) => {
    const row = await lockCalculation(transaction, begin.id)
    if (row.subscriptions_total !== null) return listCalculationSlices(transaction, begin.id)
    const { rows } = await sql<{ slice: number; due: number }>`
      with chosen as materialized (select s.id from subscriptions s where ${selected(row)}),
      cut as (
        select slice, min(id) as first, max(id) as last, count(*) as due from (
          select id, (ntile(${slicesOf(sql`select from chosen`, begin.slicesMax)}) over (order by id))::smallint - 1 as slice
          from chosen
        ) numbered group by slice
      )
      insert into calculation_slices
        (calculation_id, slice, environment_id, cursor, range_end, subscriptions_due, updated_at)
      select ${begin.id}, slice, ${scoped.scope.environmentId},
        coalesce(lag(last) over (order by slice), ''), last, due, ${begin.now}
      from cut returning slice, subscriptions_due as due`.execute(transaction.db)
    await transaction.db
      .updateTable('calculations')
      .set({
        workflow_id: begin.workflow.id,
        workflow_run_id: begin.workflow.runId,
        subscriptions_total: rows.reduce((sum, { due }) => sum + due, 0),
        updated_at: begin.now,
      })
      .where('id', '=', begin.id)
      .execute()
    return rows.map(({ slice }) => slice).sort((left, right) => left - right)
  })
}

/** The subscriptions `s` that are calculated. */
export function selected(row: CalculationRow) {
  if (row.subscription_ids !== null) {
    return sql<boolean>`s.environment_id = ${row.environment_id} and s.status <> 'deleted'
      and s.id = any (${row.subscription_ids}::text[])`
  }
  const ofPlan = row.plan_id === null ? sql`true` : sql`s.plan_id = ${row.plan_id}`
  const due =
    row.period_start === null
      ? sql`s.subscription_status in ('active', 'trialing', 'paused') and s.next_billing_at is not null`
      : sql`s.subscription_status <> 'draft' and s.start_date < ${row.period_end}
          and (s.end_date is null or s.end_date > ${row.period_start})`
  return sql<boolean>`s.environment_id = ${row.environment_id} and s.status <> 'deleted' and ${ofPlan} and ${due}`
}

async function listCalculationSlices(scoped: Scoped, id: string): Promise<readonly number[]> {
  const rows = await scoped.db
    .selectFrom('calculation_slices')
    .select('slice')
    .where('calculation_id', '=', id)
    .orderBy('slice')
    .execute()
  return rows.map(({ slice }) => slice)
}

async function lockCalculation(scoped: Scoped, id: string): Promise<CalculationRow> {
  const row = await scoped.db
    .selectFrom('calculations')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('Calculation', id)
  return row
}

/** Closes a calculation whose slices are all done. Idempotent. */
export async function finishCalculation(scoped: Scoped, id: string, now: Date): Promise<void> {
  const { rows } = await sql<{ open: number }>`
    select count(*) as open from calculation_slices
    where calculation_id = ${id} and cursor < range_end`.execute(scoped.db)
  assert(rows[0]?.open === 0, `every slice of calculation ${id} is done`)
  await scoped.db
    .updateTable('calculations')
    .set({ finished_at: sql`coalesce(finished_at, ${now})`, updated_at: now })
    .where('id', '=', id)
    .execute()
}

export interface CalculationTotal {
  readonly plan_id: string
  readonly currency: string
  readonly subscriptions: number
  readonly failed: number
  readonly subtotal: string
  readonly total: string
}

/** Of its whole pages so far. */
export async function sumCalculation(
  scoped: Scoped,
  id: string,
): Promise<readonly Omit<CalculationTotal, 'plan_id'>[]> {
  const { rows } = await sql<Omit<CalculationTotal, 'plan_id'>>`
    select currency, ${sums} from calculation_totals
    where calculation_id = ${id} group by currency order by currency`.execute(scoped.db)
  return rows
}

const plansMax = 1_000

/** The plans with the most subscriptions, up to a thousand. */
export async function sumCalculationByPlan(scoped: Scoped, id: string): Promise<readonly CalculationTotal[]> {
  const { rows } = await sql<CalculationTotal>`
    select plan_id, currency, ${sums} from calculation_totals
    where calculation_id = ${id} group by plan_id, currency
    order by sum(subscriptions) desc, plan_id, currency limit ${plansMax}`.execute(scoped.db)
  return rows
}

const sums = sql`sum(subscriptions)::bigint as subscriptions, sum(failed)::bigint as failed,
  sum(subtotal) as subtotal, sum(total) as total`

export interface CalculationProgress {
  readonly due: number
  readonly processed: number
  readonly failed: number
}

/** How far its slices are; undefined before they are cut. */
export async function getCalculationProgress(
  scoped: Scoped,
  id: string,
): Promise<CalculationProgress | undefined> {
  const { rows } = await sql<CalculationProgress>`
    select coalesce(sum(subscriptions_due), 0)::bigint as due,
      coalesce(sum(subscriptions_processed), 0)::bigint as processed,
      coalesce(sum(subscriptions_failed), 0)::bigint as failed
    from calculation_slices
    where calculation_id = ${id} and environment_id = ${scoped.scope.environmentId}
    having count(*) > 0`.execute(scoped.db)
  return rows[0]
}
