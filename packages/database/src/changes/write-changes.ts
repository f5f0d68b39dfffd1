import { assert } from '@flexprice/domain'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { type Reading, reading, together } from '../connection/together.ts'
import type { SubscriptionChangeTable } from '../tables/change-tables.ts'
import type {
  FormerGridColumn,
  SubscriptionLineItemTable,
  SubscriptionTable,
} from '../tables/subscription-tables.ts'
import { beginGrants, type GrantMove, stopGrants } from './move-grants.ts'

/** What of a subscription changes can move. */
export type ChangedSubscription = Pick<
  Selectable<SubscriptionTable>,
  | 'plan_id'
  | 'synced_price_sequence'
  | 'billing_period'
  | 'billing_period_count'
  | 'billing_cycle'
  | 'billing_anchor'
  | 'current_period_start'
  | 'current_period_end'
  | 'next_billing_at'
  | 'subscription_status'
  | 'end_date'
  | 'trial_end'
>

/** A line that comes. */
export type ComingLine = Omit<
  NewRecord<SubscriptionLineItemTable, 'closed_by_change' | 'user_end' | 'former_grid'>,
  'opened_by_change'
> & {
  /** It was there before, without length, and is opened once more. */
  readonly isReopened: boolean
  /** Reopened, it is of the chain that it carries on already, and carries what it did. */
  readonly keepsChain: boolean
}

/** A change as the rules made it. */
export interface SubscriptionChange extends GrantMove {
  readonly change: NewRecord<SubscriptionChangeTable>
  /** The subscription's, as it was read. */
  readonly version: number
  readonly subscription: ChangedSubscription
  /** With their ends. A price sync leaves them alone: a user's act has ended them. */
  readonly closed: readonly { readonly id: string; readonly at: Date }[]
  readonly opened: readonly ComingLine[]
  /** That another one takes the place of, and all lines that were billed on it, closed ones too; null: it stays. */
  readonly formerGrid: { readonly grid: FormerGridColumn; readonly lineIds: readonly string[] } | null
  /** Lines without length, ahead, that go altogether: nothing was ever billed of them. */
  readonly neverBegan: readonly string[]
}

/**
 * Writes changes of subscriptions that the caller's transaction holds: their lines, themselves, what is given to them, and
 * the changes' own rows, in one statement, however many they are; in two where grants begin.
 *
 * @param beside what is sent behind the first one, in its round trip
 * @throws service_unavailable where another request with the same key was faster: the next try finds what it made
 */
export async function writeChanges(
  scoped: Scoped,
  changes: readonly SubscriptionChange[],
  now: Date,
  ...beside: readonly Reading<void>[]
): Promise<void> {
  assert(scoped.db.isTransaction, 'what is changed is held')
  if (changes.length === 0) return
  await together(scoped, changesWritten(scoped, changes, now), ...beside)
  await beginGrants(scoped, changes, now)
}

function changesWritten(scoped: Scoped, changes: readonly SubscriptionChange[], now: Date): Reading<void> {
  const closed = changes.flatMap(closedLines)
  const coming = changes.flatMap((one) =>
    one.opened.map(({ isReopened, keepsChain, ...line }) => ({
      isReopened,
      keepsChain,
      // What carries a chain on later comes by its price.
      row: {
        ...line,
        opened_by_change: line.start_date <= one.change.effective_at ? one.change.id : null,
      },
    })),
  )
  const opened = coming.flatMap(({ isReopened, row }) => (isReopened ? [] : [row]))
  const reopened = coming.flatMap(({ isReopened, keepsChain, row }) =>
    isReopened ? [{ ...row, keepsChain }] : [],
  )
  // In this order: of a price a subscription has one line at a start.
  const parts = [
    ...(closed.length > 0 ? [closeLines(scoped, closed, now)] : []),
    ...leaveGrid(changes),
    ...forgetLines(changes),
    ...(reopened.length > 0 ? [reopenLines(scoped, reopened, now)] : []),
    ...(opened.length > 0 ? [insertRecords('subscription_line_items', audited(scoped, opened, now))] : []),
  ]
  const rows = insertRecords(
    'subscription_changes',
    audited(
      scoped,
      changes.map((one) => one.change),
      now,
    ),
  )
  const all = [
    ...parts.map((part, index) => asPart(`part_${index}`, part)),
    ...stopGrants(scoped, changes, now).map((part) => asPart('stopped', part)),
    ...[asPart('change', rows), asPart('moved', moveSubscriptions(scoped, changes, now))],
  ]
  const statement = sql<{ moved: number }>`with ${sql.join(all)}
    select count(*) as moved from moved`
  return reading(statement, ([row]) => {
    assert(row?.moved === changes.length, 'every subscription that is held is as it was read')
  })
}

function asPart(name: string, statement: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${sql.ref(name)} as (${statement})`
}

interface ClosedLine {
  readonly id: string
  readonly at: Date
  readonly by: string
  readonly formerGrid: FormerGridColumn | null
}

function closedLines({ change: { id: by }, closed, formerGrid }: SubscriptionChange): ClosedLine[] {
  const onGrid = new Set(formerGrid?.lineIds)
  return closed.map((line) => ({
    ...{ ...line, by },
    formerGrid: formerGrid && onGrid.has(line.id) ? formerGrid.grid : null,
  }))
}

/** By their ids, beside the join: a plan that is made while statistics call the table empty would read all lines. */
function closeLines(scoped: Scoped, closed: readonly ClosedLine[], now: Date): RawBuilder<unknown> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  return sql`
    update subscription_line_items l set end_date = c.at, ended_by = 'user', user_end = null, closed_by_change = c.by,
      former_grid = coalesce(l.former_grid, c.former_grid::jsonb), updated_at = ${updated_at}, updated_by = ${updated_by}
    from unnest(${closed.map(({ id }) => id)}::text[], ${closed.map(({ at }) => at.toISOString())}::timestamptz[],
      ${closed.map(({ by }) => by)}::text[],
      ${closed.map(({ formerGrid }) => formerGrid && JSON.stringify(formerGrid))}::text[]) as c (id, at, by, former_grid)
    where l.id = c.id and l.id = any (${closed.map(({ id }) => id)}::text[])`
}

/** Of lines that have ended before, as of those that are closed: a row is changed once in a statement. */
function leaveGrid(changes: readonly SubscriptionChange[]): RawBuilder<unknown>[] {
  const leaving = changes.flatMap(({ formerGrid, closed, opened }) => {
    const others = new Set([...closed, ...opened].map(({ id }) => id))
    const ids = formerGrid?.lineIds.filter((id) => !others.has(id)) ?? []
    return ids.map((id) => ({ id, grid: formerGrid?.grid }))
  })
  if (leaving.length === 0) return []
  return [
    sql`
    update subscription_line_items l set former_grid = c.grid
    from jsonb_to_recordset(${JSON.stringify(leaving)}::jsonb) as c (id text, grid jsonb)
    where l.id = c.id and l.former_grid is null`,
  ]
}

function forgetLines(changes: readonly SubscriptionChange[]): RawBuilder<unknown>[] {
  const ids = changes.flatMap(({ neverBegan }) => neverBegan)
  return ids.length > 0 ? [sql`delete from subscription_line_items where id = any (${ids}::text[])`] : []
}

type OpenedRow = Pick<
  Selectable<SubscriptionLineItemTable>,
  'id' | 'quantity' | 'end_date' | 'ended_by' | 'carries_line_id' | 'opened_by_change'
> & { readonly keepsChain: boolean }

function reopenLines(scoped: Scoped, rows: readonly OpenedRow[], now: Date): RawBuilder<unknown> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  return sql`
    update subscription_line_items l set quantity = c.quantity, end_date = c.end_date, ended_by = c.ended_by,
      user_end = null, opened_by_change = c.opened_by_change, closed_by_change = null, former_grid = null,
      carries_line_id = case when c."keepsChain" then l.carries_line_id else c.carries_line_id end, updated_at = ${updated_at}, updated_by = ${updated_by}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (id text, quantity numeric, end_date timestamptz,
      ended_by text, carries_line_id text, opened_by_change text, "keepsChain" boolean)
    where l.id = c.id`
}

function moveSubscriptions(
  scoped: Scoped,
  changes: readonly SubscriptionChange[],
  now: Date,
): RawBuilder<unknown> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  const rows = changes.map(({ change: { subscription_id: id }, version, subscription }) => {
    return { ...subscription, id, version }
  })
  return sql`
    update subscriptions s set plan_id = c.plan_id, synced_price_sequence = c.synced_price_sequence,
      billing_period = c.billing_period, billing_period_count = c.billing_period_count,
      billing_cycle = c.billing_cycle, billing_anchor = c.billing_anchor,
      current_period_start = c.current_period_start, current_period_end = c.current_period_end,
      next_billing_at = c.next_billing_at, subscription_status = c.subscription_status, end_date = c.end_date,
      trial_end = c.trial_end, version = s.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (id text, version integer, plan_id text,
      synced_price_sequence bigint, billing_period text, billing_period_count integer, billing_cycle text,
      billing_anchor timestamptz, current_period_start timestamptz, current_period_end timestamptz,
      next_billing_at timestamptz, subscription_status text, end_date timestamptz, trial_end timestamptz)
    where s.environment_id = ${scoped.scope.environmentId} and s.id = c.id and s.version = c.version
      and s.id = any (${rows.map(({ id }) => id)}::text[])
    returning 1`
}
