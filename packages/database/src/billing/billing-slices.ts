import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { BillingWork } from '../tables/billing-tables.ts'
import { type BillingRunRow, lockBillingRun } from './billing-runs.ts'
import {
  beforeAll,
  type DuePlace,
  type DueRanges,
  type DueRow,
  firstDueWork,
  nextDueWork,
} from './due-work.ts'

/** Which part of a run: what became due meanwhile is in a later pass. */
export interface BillingSlice {
  readonly runId: string
  readonly pass: number
  readonly slice: number
}

/**
 * Cuts what is due now into slices: first grants of credits, then subscriptions' periods, and once none of them is
 * due, the drafts whose delay is over, then late usage of subscriptions that have ended, then credits' ends, then wallets
 * that all of these have left with too little.
 * Idempotent by (run, pass): the same pass has the same slices.
 *
 * @returns the slices' numbers; none when the run has come to its end
 */
export function cutBillingSlices(
  scoped: Scoped,
  cut: {
    runId: string
    pass: number
    slicesMax: number
    workflow: { id: string; runId: string }
    now: Date
  },
): Promise<readonly number[]> {
  return inTransaction(scoped, async (transaction) => {
    const run = await lockBillingRun(transaction, cut.runId)
    // An end is an end: one that was cancelled does not go on because its request comes again.
    if (run.finished_at !== null || run.canceled_at !== null) return []
    if (run.passes >= cut.pass) return listSlices(transaction, cut)
    if (await didNothing(transaction, run)) return endPasses(transaction, cut)
    const first = await firstDueWork(transaction, { works: worksOf(run), run, slicesMax: cut.slicesMax })
    if (first === undefined) return endPasses(transaction, cut)
    await insertSlices(transaction, { ...cut, ...first })
    await notePass(transaction, cut)
    return first.ranges.map((_, slice) => slice)
  })
}

async function endPasses(
  transaction: Scoped,
  cut: Parameters<typeof cutBillingSlices>[1],
): Promise<readonly number[]> {
  await notePass(transaction, cut)
  return []
}

/** What the last pass could neither do nor fail (it was paused, say) is left for a later run, not tried for ever. */
async function didNothing(scoped: Scoped, { id, passes }: BillingRunRow): Promise<boolean> {
  if (passes === 0) return false
  const { rows } = await sql<{ done: number }>`
    select coalesce(sum(processed + failed + invoices_finalized), 0)::bigint as done from billing_run_slices
    where run_id = ${id} and pass = ${passes}`.execute(scoped.db)
  return rows[0]?.done === 0
}

/**
 * In the order in which they are done. Grants that fell due before a subscription's next period are given before it is
 * billed, so that they are there for it, also when both were missed; those of the period's own beginning come once it
 * is billed (the function `due_grants`). A draft is closed once no period is due, so that it is the last word; and
 * credits end when whatever may use them has, and
 * a wallet is topped up once nothing makes its balance fall any more.
 */
export const billingWorks = [
  'grants',
  'periods',
  'drafts',
  'late',
  'expiries',
  'topups',
] as const satisfies readonly BillingWork[]

/** A dry run writes nothing, so that its first pass has seen everything; and it closes no draft. */
function worksOf({ dry_run: isDry, passes }: BillingRunRow): readonly BillingWork[] {
  if (isDry) return passes === 0 ? ['periods'] : []
  return billingWorks
}

async function notePass(
  scoped: Scoped,
  { runId, pass, workflow, now }: Parameters<typeof cutBillingSlices>[1],
): Promise<void> {
  await scoped.db
    .updateTable('billing_runs')
    .set({
      passes: pass,
      workflow_id: workflow.id,
      workflow_run_id: workflow.runId,
      ...change(scoped.scope, now),
    })
    .where('id', '=', runId)
    .execute()
}

async function insertSlices(
  scoped: Scoped,
  insert: {
    runId: string
    pass: number
    now: Date
  } & DueRanges,
): Promise<void> {
  const { runId, pass, work, ranges, now } = insert
  const slices = ranges.map(({ end, due }, slice) => {
    const start = ranges[slice - 1]?.end ?? beforeAll
    return {
      ...{ run_id: runId, pass, slice, environment_id: scoped.scope.environmentId, work, due },
      ...{ cursor_at: start.at, cursor_id: start.id, end_at: end.at, end_id: end.id, updated_at: now },
    }
  })
  await scoped.db.insertInto('billing_run_slices').values(slices).execute()
}

async function listSlices(
  scoped: Scoped,
  { runId, pass }: { runId: string; pass: number },
): Promise<readonly number[]> {
  const rows = await scoped.db
    .selectFrom('billing_run_slices')
    .select('slice')
    .where('run_id', '=', runId)
    .where('pass', '=', pass)
    .orderBy('slice')
    .execute()
  return rows.map(({ slice }) => slice)
}

export interface BillingPage extends BillingSlice {
  readonly work: BillingWork
  readonly rows: readonly DueRow[]
  /** Where the slice is once the page is done; its end after the last one. */
  readonly cursor: DuePlace
}

/** The slice's next rows, the slice held until the caller's transaction ends; undefined when nothing is left. */
export async function nextBillingPage(
  scoped: Scoped,
  next: { run: BillingRunRow; slice: BillingSlice; rowsMax: number },
): Promise<BillingPage | undefined> {
  assert(scoped.db.isTransaction, 'a page is worked on in one transaction')
  const { run, slice, rowsMax } = next
  const row = await scoped.db
    .selectFrom('billing_run_slices')
    .select(['work', 'cursor_at', 'cursor_id', 'end_at', 'end_id'])
    .where('run_id', '=', slice.runId)
    .where('pass', '=', slice.pass)
    .where('slice', '=', slice.slice)
    .forUpdate()
    .executeTakeFirst()
  assert(row, `run ${slice.runId} has a slice ${slice.slice} in pass ${slice.pass}`)
  const after = { at: row.cursor_at, id: row.cursor_id }
  const upTo = { at: row.end_at, id: row.end_id }
  const rows = await nextDueWork(scoped, { work: row.work, run, after, upTo, rowsMax })
  const last = rows.at(-1)
  return last && { ...slice, work: row.work, rows, cursor: { at: last.at, id: last.id } }
}

export interface BillingPageCounts {
  readonly processed: number
  readonly failed: number
  readonly invoicesCreated: number
  readonly invoicesFinalized: number
  /** Changes that waited for the periods' boundaries and can never be made: the periods were billed as they were. */
  readonly schedulesFailed: number
  /** Of the invoices that were made, by currency. */
  readonly totals: readonly { readonly currency: string; readonly invoices: number; readonly total: string }[]
}

/** Moves the slice's cursor behind the page and adds its counts, in the transaction that holds the slice. */
export async function finishBillingPage(
  scoped: Scoped,
  page: BillingPage,
  counts: BillingPageCounts,
  now: Date,
): Promise<void> {
  const { runId, pass, slice, cursor } = page
  await sql`
    update billing_run_slices set cursor_at = ${cursor.at}, cursor_id = ${cursor.id}, updated_at = ${now},
      processed = processed + ${counts.processed}::bigint, failed = failed + ${counts.failed}::bigint,
      invoices_created = invoices_created + ${counts.invoicesCreated}::bigint,
      invoices_finalized = invoices_finalized + ${counts.invoicesFinalized}::bigint,
      schedules_failed = schedules_failed + ${counts.schedulesFailed}::bigint
    where run_id = ${runId} and pass = ${pass} and slice = ${slice}`.execute(scoped.db)
  if (counts.totals.length === 0) return
  await sql`
    insert into billing_run_totals as t (run_id, pass, slice, environment_id, currency, invoices, total)
    select ${runId}, ${pass}::smallint, ${slice}::smallint, ${scoped.scope.environmentId}, currency, invoices, total
    from json_to_recordset(${JSON.stringify(counts.totals)}::json)
      as given (currency text, invoices bigint, total numeric)
    on conflict (run_id, pass, slice, currency) do update
      set invoices = t.invoices + excluded.invoices, total = t.total + excluded.total`.execute(scoped.db)
}
