import { assert, CodedError } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { bulkIdHead } from '../connection/ids.ts'

/** A run of a plan's price sync, as its pages need it. */
export interface PriceSyncRun {
  readonly id: string
  readonly planId: string
  readonly fromSequence: number
  readonly targetSequence: number
}

/**
 * Brings the changed prices to the next page of a slice's subscriptions, in one transaction that also
 * moves the slice's cursor and counts. Idempotent: the cursor's row is locked first, so a second worker
 * on the same slice goes on where the first one committed.
 *
 * @throws version_conflict when the run is closed: another sync has taken the plan over
 * @param page.subscriptionsMax how many subscriptions the page takes at the most
 * @returns how many it took; 0 when the slice is done
 */
export function syncPriceSlicePage(
  scoped: Scoped,
  page: { run: PriceSyncRun; slice: number; subscriptionsMax: number; now: Date },
): Promise<number> {
  const { run, slice, now } = page
  return inTransaction(scoped, async (transaction) => {
    const range = await lockSlice(transaction, run.id, slice)
    if (range.cursor === range.range_end) return 0
    const locked = await lockSubscriptions(transaction, run, {
      ...range,
      subscriptionsMax: page.subscriptionsMax,
    })
    const end = locked.count < page.subscriptionsMax ? range.range_end : locked.last
    assert(end, 'a full page has a last subscription')
    await applyPrices(transaction, { run, slice, cursor: range.cursor, end, count: locked.count, now })
    return locked.count
  })
}

/**
 * Locks the slice's row and holds the run open: a sync that takes the plan over waits for the page, and a
 * page that comes after it writes nothing, so that two runs never write the same subscriptions at once.
 * Has the transaction's statements planned anew and by index alone, too: right after a load, statistics say
 * that the tables are empty, and a plan made then and kept would read all lines for each pair.
 *
 * @throws version_conflict when the run is closed
 */
async function lockSlice(
  scoped: Scoped,
  runId: string,
  slice: number,
): Promise<{ cursor: string; range_end: string }> {
  const row = await scoped.db
    .selectFrom('price_sync_slices')
    .innerJoin('price_sync_runs', 'price_sync_runs.id', 'price_sync_slices.run_id')
    .select(['cursor', 'range_end', planning])
    .where('run_id', '=', runId)
    .where('slice', '=', slice)
    .where('finished_at', 'is', null)
    .forUpdate('price_sync_slices')
    .forKeyShare('price_sync_runs')
    .executeTakeFirst()
  if (!row) throw runClosed(runId)
  return row
}

const planning = sql<string>`set_config('enable_seqscan', 'off', true)
  || set_config('plan_cache_mode', 'force_custom_plan', true)`.as('planning')

/**
 * Holds off who changes the lines of one of these subscriptions (an override, an end: they lock its
 * row FOR UPDATE) until the page is written, so that a price cannot be synced to a subscription that
 * overrides it meanwhile. A statement of its own: the next one's snapshot then sees what they did.
 */
async function lockSubscriptions(
  scoped: Scoped,
  run: PriceSyncRun,
  page: { cursor: string; range_end: string; subscriptionsMax: number },
): Promise<{ last: string | null; count: number }> {
  const { rows } = await sql<{ last: string | null; count: number }>`
    select max(id) as last, count(*) as count from (
      select id from subscriptions
      where plan_id = ${run.planId} and subscription_status <> 'cancelled'
        and id > ${page.cursor} and id <= ${page.range_end}
        and synced_price_sequence < ${run.targetSequence}
      order by id limit ${page.subscriptionsMax}
      for key share
    ) page`.execute(scoped.db)
  assert(rows[0], 'an aggregate has one row')
  return rows[0]
}

async function applyPrices(
  scoped: Scoped,
  page: { run: PriceSyncRun; slice: number; cursor: string; end: string; count: number; now: Date },
): Promise<void> {
  const { run, now } = page
  const { environmentId, userId } = scoped.scope
  const { rows } = await sql<{ slice: number }>`
    with pair as materialized (${classifiedPairs(page)}),
    added as (
      insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity,
        start_date, end_date, ended_by, created_at, updated_at, created_by, updated_by)
      select ${bulkIdHead('lineItem')} || lpad(upper(to_hex(row_number() over ())), 8, '0'), ${environmentId},
        subscription_id, price_id, new_quantity, new_start, new_end, new_ended_by, ${now}, ${now}, ${userId}, ${userId}
      from pair where effect = 'add'
    ),
    moved as (
      update subscription_line_items as line
      set end_date = pair.new_end, ended_by = pair.new_ended_by, updated_at = ${now}, updated_by = ${userId}
      from pair where pair.effect in ('end', 'extend', 'shorten') and line.id = pair.line_id
    ),
    cut as (
      update subscription_line_items as earlier
      set end_date = greatest(earlier.start_date, pair.price_end), updated_at = ${now}, updated_by = ${userId}
      from pair
      where pair.lines > 1 and pair.price_end is not null and pair.effect in ('end', 'extend', 'shorten', 'in_sync')
        and earlier.subscription_id > ${page.cursor} and earlier.subscription_id <= ${page.end}
        and earlier.subscription_id = pair.subscription_id and earlier.price_id = pair.price_id
        and earlier.id <> pair.line_id and earlier.end_date > greatest(earlier.start_date, pair.price_end)
    ),
    counted as (
      select count(*) filter (where effect in ('add', 'extend')) as added,
        count(*) filter (where effect in ('end', 'shorten')) as removed,
        count(*) filter (where effect = 'incompatible') as incompatible,
        count(*) filter (where effect = 'ended') as ended,
        count(*) filter (where effect = 'overridden') as overridden,
        count(*) filter (where effect = 'ended_by_user') as ended_by_user,
        count(*) filter (where effect = 'in_sync') as in_sync
      from pair
    )
    update price_sync_slices as slice set
      cursor = ${page.end},
      subscriptions_processed = slice.subscriptions_processed + ${page.count},
      prices_added = slice.prices_added + counted.added,
      prices_removed = slice.prices_removed + counted.removed,
      skipped_incompatible = slice.skipped_incompatible + counted.incompatible,
      skipped_ended = slice.skipped_ended + counted.ended,
      skipped_overridden = slice.skipped_overridden + counted.overridden,
      skipped_ended_by_user = slice.skipped_ended_by_user + counted.ended_by_user,
      skipped_in_sync = slice.skipped_in_sync + counted.in_sync,
      updated_at = ${now}
    from counted
    where slice.run_id = ${run.id} and slice.slice = ${page.slice}
    returning slice.slice`.execute(scoped.db)
  assert(rows.length === 1, 'a page moves its slice')
}

/**
 * Each pair of subscription and changed price with what is to be done: the table of billing rules,
 * section 8, "Price sync", row by row in its order. The line looked at is the price's last one (an earlier
 * one, which a change of quantity closed, is cut at the price's end with it: its successor begins there); where
 * the price has predecessors or successors, the chain's last line tells quantity and a user's end.
 * Written so that no estimate can make it quadratic, as the planner knows no sizes here: overrides are a hashed
 * set, and the page's lines a full join, which only hashes or merges (as a left join, a nested loop was seen to
 * take minutes; a probe of the index for each pair costs a tenth more). It gives lines without a pair, too: their
 * effect is null.
 */
function classifiedPairs(page: {
  run: PriceSyncRun
  cursor: string
  end: string
  now: Date
}): RawBuilder<unknown> {
  const { run, cursor, end, now } = page
  return sql`
    with price as materialized (
      select p.id, p.root_price_id, p.currency, p.billing_period, p.billing_period_count, p.start_date, p.end_date,
        coalesce(p.min_quantity, 1) as min_quantity, p.sequence,
        array(select c.id from prices c where c.root_price_id = p.root_price_id) as chain
      from prices p
      where p.plan_id = ${run.planId} and p.sequence > ${run.fromSequence} and p.sequence <= ${run.targetSequence}
    ),
    subscription as materialized (
      select id, start_date, currency, billing_period, billing_period_count, synced_price_sequence
      from subscriptions
      where plan_id = ${run.planId} and subscription_status <> 'cancelled' and id > ${cursor} and id <= ${end}
        and synced_price_sequence < ${run.targetSequence}
      order by id
    ),
    override as materialized (
      select distinct o.subscription_id, p.root_price_id
      from prices o join prices p on p.id = o.overridden_price_id and p.environment_id = o.environment_id
      where o.subscription_id > ${cursor} and o.subscription_id <= ${end}
    ),
    line as materialized (
      select distinct on (l.subscription_id, l.price_id) l.id, l.subscription_id, l.price_id, l.start_date, l.end_date,
        l.ended_by, count(*) over (partition by l.subscription_id, l.price_id) as lines
      from subscription_line_items l
      where l.subscription_id > ${cursor} and l.subscription_id <= ${end} and l.price_id = any (array(select id from price))
      order by l.subscription_id, l.price_id, l.start_date desc
    )
    select s.id as subscription_id, p.id as price_id, line.id as line_id, line.lines, p.end_date as price_end,
      case
        when s.id is null then null
        when not compatible then 'incompatible'
        when line.id is null and p.end_date <= greatest(${now}, s.start_date, p.start_date) then 'ended'
        when (s.id, p.root_price_id) in (select subscription_id, root_price_id from override) then 'overridden'
        when case when cardinality(p.chain) > 1 then (${lastOfChain(sql`l.ended_by`)}) else line.ended_by end = 'user'
          then 'ended_by_user'
        when line.id is null then 'add'
        when line.end_date is null and p.end_date is not null then 'end'
        when line.ended_by = 'price' and (p.end_date is null or greatest(line.start_date, p.end_date) > line.end_date)
          then 'extend'
        when line.ended_by = 'price' and greatest(line.start_date, p.end_date) < line.end_date then 'shorten'
        else 'in_sync'
      end as effect,
      coalesce(case when cardinality(p.chain) > 1 then (${lastOfChain(sql`l.quantity`)}) end, p.min_quantity) as new_quantity,
      greatest(s.start_date, p.start_date) as new_start,
      case when p.end_date is not null then greatest(line.start_date, p.end_date) end as new_end,
      case when p.end_date is not null then 'price' end as new_ended_by
    from (
      subscription s
      cross join lateral (select * from price where price.sequence > s.synced_price_sequence offset 0) p
      cross join lateral (select p.currency = s.currency and p.billing_period = s.billing_period
        and p.billing_period_count = s.billing_period_count as compatible) terms
    ) full join line on line.subscription_id = s.id and line.price_id = p.id`
}

/**
 * Evaluated only for prices with predecessors or successors: a CASE keeps the others from paying for it.
 * Of two lines with one start the earlier one has no length, as its price ended before.
 */
function lastOfChain(column: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select ${column} from subscription_line_items l
    where l.subscription_id = s.id and l.price_id = any (p.chain)
    order by l.start_date desc, l.end_date desc nulls first, l.price_id desc limit 1`
}

export function runClosed(runId: string): CodedError {
  return new CodedError('version_conflict', `Price sync run ${runId} was closed: another took the plan over`)
}
