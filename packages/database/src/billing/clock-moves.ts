import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation } from '../connection/row-changes.ts'
import type { BillingRunRow } from './billing-runs.ts'
import { type BillingSlice, billingWorks } from './billing-slices.ts'
import { beforeAll, firstDueWork } from './due-work.ts'

/** The one that has begun and not ended: a unique index allows no second. */
export async function findClockMove(scoped: Scoped): Promise<BillingRunRow | undefined> {
  return await scoped.db
    .selectFrom('billing_runs')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('trigger', '=', 'clock')
    .where('finished_at', 'is', null)
    .where('canceled_at', 'is', null)
    .executeTakeFirst()
}

/**
 * Stores a move that a workflow's run makes, in the caller's transaction, which holds the environment. One that is
 * still open was left by a run that was ended from outside: it is closed, as its clock stands where it brought it.
 * Idempotent by the workflow's run.
 */
export async function insertClockMove(
  scoped: Scoped,
  { from, to, workflow }: { from: Date; to: Date; workflow: { id: string; runId: string } },
): Promise<BillingRunRow> {
  const { db, scope } = scoped
  const open = await findClockMove(scoped)
  if (open?.workflow_run_id === workflow.runId) return open
  if (open) {
    await db
      .updateTable('billing_runs')
      .set({ canceled_at: from, ...change(scope, from) })
      .where('id', '=', open.id)
      .execute()
  }
  return await db
    .insertInto('billing_runs')
    .values({
      ...{ id: newId('billingRun'), request_key: workflow.runId, request_hash: '', trigger: 'clock' },
      ...{ as_of: to, clock_from: from, subscription_ids: null, dry_run: false, passes: 1 },
      ...{ workflow_id: workflow.id, workflow_run_id: workflow.runId, finished_at: null, canceled_at: null },
      ...creation(scope, from),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * The next instant at which work falls due, behind one and up to another; undefined when none is on the way. What was
 * due before is not asked for: it has been billed, or waits for its next attempt by the time of day.
 */
export async function nextDueInstant(
  { db, scope: { environmentId } }: Scoped,
  { after, upTo }: { after: Date; upTo: Date },
): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date | null }>`
    select least(
      (select min(next_billing_at) from subscriptions
        where environment_id = ${environmentId} and next_billing_at > ${after} and next_billing_at <= ${upTo}
          and subscription_status in ('active', 'trialing', 'paused') and status <> 'deleted'),
      (select min(a.period_start) from credit_grant_applications a
        join subscriptions s on s.environment_id = ${environmentId} and s.id = a.subscription_id
        where a.environment_id = ${environmentId} and a.application_status = 'pending' and a.period_start > ${after}
          and a.period_start <= ${upTo} and s.status <> 'deleted'
          and s.subscription_status not in ('draft', 'incomplete')),
      (select min(finalize_at) from invoices
        where environment_id = ${environmentId} and finalize_at > ${after} and finalize_at <= ${upTo}
          and invoice_status = 'DRAFT'),
      (select min(due_at) from late_notices
        where environment_id = ${environmentId} and due_at > ${after} and due_at <= ${upTo}),
      (select min(expiry_date) from wallet_credits
        where environment_id = ${environmentId} and expiry_date > ${after} and expiry_date <= ${upTo}),
      (select min(topup_due_at) from wallets
        where environment_id = ${environmentId} and topup_due_at > ${after} and topup_due_at <= ${upTo})) as at`.execute(
    db,
  )
  return rows[0]?.at ?? undefined
}

/**
 * Turns the move's one slice, which goes from work to work and from instant to instant and counts on, to the first
 * kind of work that is due by the instant.
 *
 * @returns undefined when nothing is due
 */
export async function turnClockSlice(
  scoped: Scoped,
  { run, at }: { run: BillingRunRow; at: Date },
): Promise<BillingSlice | undefined> {
  const slice = { runId: run.id, pass: 1, slice: 0 }
  const first = await firstDueWork(scoped, {
    ...{ works: billingWorks, run: { ...run, as_of: at } },
    slicesMax: 1,
  })
  const [range] = first?.ranges ?? []
  if (first === undefined || range === undefined) return undefined
  const { due, end } = range
  await sql`
    insert into billing_run_slices as s (run_id, pass, slice, environment_id, work, due, cursor_at, cursor_id,
      end_at, end_id, updated_at)
    values (${slice.runId}, ${slice.pass}, ${slice.slice}, ${run.environment_id}, ${first.work}, ${due}, ${beforeAll.at},
      ${beforeAll.id}, ${end.at}, ${end.id}, ${at})
    on conflict (run_id, pass, slice) do update set work = excluded.work, due = s.due + excluded.due,
      cursor_at = excluded.cursor_at, cursor_id = excluded.cursor_id, end_at = excluded.end_at,
      end_id = excluded.end_id, updated_at = excluded.updated_at`.execute(scoped.db)
  return slice
}
