import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { BillingWork } from '../tables/billing-tables.ts'
import type { BillingRunRow } from './billing-runs.ts'

/** A place among what is due: by the instant from which it is, then by id. */
export interface DuePlace {
  readonly at: Date
  readonly id: string
}

/** Before everything that can be due. */
export const beforeAll: DuePlace = { at: new Date(0), id: '' }

/**
 * What a kind of work goes through, as rows of (id, at, subscription_id), one of a subscription at once (of grants one
 * of each), the oldest first; of credits' ends and top-ups the wallet stands for it. A later kind of due work adds its own.
 */
function dueRows(work: BillingWork, run: BillingRunRow): RawBuilder<unknown> {
  const environmentId = run.environment_id
  const asked = (column: RawBuilder<unknown>) =>
    run.subscription_ids === null ? sql`true` : sql`${column} = any (${run.subscription_ids}::text[])`
  // A value and no join: its plan could read all failures for each row, as long as statistics know of none.
  const waits = (subscriptionId: RawBuilder<unknown>) => sql`coalesce((
    select f.next_attempt_at > statement_timestamp() from billing_failures f
    where f.environment_id = ${environmentId} and f.subscription_id = ${subscriptionId}
      and f.work = ${work}), false)`
  switch (work) {
    case 'grants':
      return sql`select g.application_id as id, g.due_at as at, g.subscription_id
        from due_grants(${environmentId}, ${run.as_of}) g
        where ${asked(sql`g.subscription_id`)} and not ${waits(sql`g.subscription_id`)}`
    case 'periods':
      return sql`select s.id, s.next_billing_at as at, s.id as subscription_id from subscriptions s
        where s.environment_id = ${environmentId} and s.next_billing_at <= ${run.as_of}
          and s.subscription_status in ('active', 'trialing', 'paused') and s.status <> 'deleted'
          and ${asked(sql`s.id`)} and not ${waits(sql`s.id`)}`
    case 'drafts':
      return sql`select i.id, i.finalize_at as at, i.subscription_id from invoices i
        where i.environment_id = ${environmentId} and i.finalize_at <= ${run.as_of} and i.invoice_status = 'DRAFT'
          and ${asked(sql`i.subscription_id`)} and not ${waits(sql`i.subscription_id`)}
          and not exists (select from invoices earlier
            where earlier.environment_id = ${environmentId} and earlier.subscription_id = i.subscription_id
              and earlier.finalize_at <= ${run.as_of} and earlier.invoice_status = 'DRAFT'
              and (earlier.period_end, earlier.id) < (i.period_end, i.id))`
    case 'late':
      return sql`select l.subscription_id as id, l.due_at as at, l.subscription_id
        from ended_with_late_usage(${environmentId}, ${run.as_of}) l
        where ${asked(sql`l.subscription_id`)} and not ${waits(sql`l.subscription_id`)}`
    // A wallet is no subscription's: who asks for some of these gets none.
    case 'expiries':
      return sql`select c.wallet_id as id, min(c.expiry_date) as at, c.wallet_id as subscription_id
        from expired_credits(${environmentId}, ${run.as_of}) c
        where ${run.subscription_ids === null} and not ${waits(sql`c.wallet_id`)} group by c.wallet_id`
    case 'topups':
      return sql`select w.id, w.topup_due_at as at, w.id as subscription_id from wallets w
        where w.environment_id = ${environmentId} and w.topup_due_at <= ${run.as_of}
          and ${run.subscription_ids === null} and not ${waits(sql`w.id`)}`
  }
}

export interface DueRanges {
  readonly work: BillingWork
  /** About as many rows each, in their order. */
  readonly ranges: readonly { readonly end: DuePlace; readonly due: number }[]
}

/**
 * The first of these kinds of work, in their order, of which something is due, cut into ranges. One statement finds the
 * kind, as whoever asks mostly finds the first or nothing, and looks for one only where those before it have nothing.
 *
 * @returns undefined when nothing is due
 */
export async function firstDueWork(
  scoped: Scoped,
  { works, run, slicesMax }: { works: readonly BillingWork[]; run: BillingRunRow; slicesMax: number },
): Promise<DueRanges | undefined> {
  for (;;) {
    const work = await firstKind(scoped, works, run)
    if (work === undefined) return undefined
    const ranges = await cutDueWork(scoped, { work, run, slicesMax })
    // Others may have done all of it in between; then what is first is another kind.
    if (ranges.length > 0) return { work, ranges }
  }
}

async function firstKind(
  scoped: Scoped,
  works: readonly BillingWork[],
  run: BillingRunRow,
): Promise<BillingWork | undefined> {
  if (works.length === 0) return undefined
  const cases = works.map(
    (work) => sql`when exists (select from (${dueRows(work, run)}) due) then ${work}::text`,
  )
  const { rows } = await sql<{ work: BillingWork | null }>`
    select case ${sql.join(cases, sql` `)} end as work`.execute(scoped.db)
  return rows[0]?.work ?? undefined
}

async function cutDueWork(
  scoped: Scoped,
  cut: { work: BillingWork; run: BillingRunRow; slicesMax: number },
): Promise<DueRanges['ranges']> {
  const { rows } = await sql<{ at: Date; id: string; due: number }>`
    select (array_agg(at order by at desc, id desc))[1] as at, (array_agg(id order by at desc, id desc))[1] as id,
      count(*) as due
    from (
      select id, at, ntile(${cut.slicesMax}) over (order by at, id) as slice
      from (${dueRows(cut.work, cut.run)}) due
    ) numbered group by slice order by slice`.execute(scoped.db)
  return rows.map(({ at, id, due }) => ({ end: { at, id }, due }))
}

export interface DueRow extends DuePlace {
  readonly subscriptionId: string
}

/** What is due next behind a place, up to another, in order. */
export async function nextDueWork(
  scoped: Scoped,
  next: {
    work: BillingWork
    run: BillingRunRow
    after: DuePlace
    upTo: DuePlace
    rowsMax: number
  },
): Promise<readonly DueRow[]> {
  const { after, upTo } = next
  const { rows } = await sql<DueRow>`
    select id, at, subscription_id as "subscriptionId" from (${dueRows(next.work, next.run)}) due
    where (at, id) > (${after.at}::timestamptz, ${after.id}::text)
      and (at, id) <= (${upTo.at}::timestamptz, ${upTo.id}::text)
    order by at, id limit ${next.rowsMax}`.execute(scoped.db)
  return rows
}
