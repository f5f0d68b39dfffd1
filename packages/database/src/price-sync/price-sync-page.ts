import { assert, CodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { bulkIdHead } from '../connection/ids.ts'
import type { ReachedPairs } from '../subscriptions/reached-pairs.ts'
import { classifiedPairs, type PriceSyncRun, pairOutcomes, reasonOfOutcome } from './price-sync-pairs.ts'
import { readReachedOfPage } from './reached-of-page.ts'

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
    const { cursor } = range
    // By a statement behind the one that locked them: a change of their grid is done, or waits.
    const reached = await readReachedOfPage(transaction, { run, cursor, end })
    await applyPrices(transaction, { run, slice, cursor, end, reached, count: locked.count, now })
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
  page: {
    readonly run: PriceSyncRun
    readonly slice: number
    readonly cursor: string
    readonly end: string
    readonly reached: ReachedPairs | undefined
    readonly count: number
    readonly now: Date
  },
): Promise<void> {
  const { run, now } = page
  const { environmentId, userId } = scoped.scope
  const { rows } = await sql<{ slice: number }>`
    with pair as materialized (${classifiedPairs(page, environmentId)}),
    added as (
      insert into subscription_line_items (id, environment_id, subscription_id, price_id, quantity,
        start_date, end_date, ended_by, user_end, created_at, updated_at, created_by, updated_by)
      select ${bulkIdHead('lineItem')} || lpad(upper(to_hex(row_number() over ())), 8, '0'), ${environmentId},
        subscription_id, price_id, new_quantity, new_start, new_end, new_ended_by, new_user_end, ${now}, ${now},
        ${userId}, ${userId}
      from pair where outcome = ${pairOutcomes.added} and line_id is null
    ),
    moved as (
      update subscription_line_items as line set end_date = pair.new_end, ended_by = pair.new_ended_by,
        user_end = pair.new_user_end, updated_at = ${now}, updated_by = ${userId}
      from pair
      where pair.outcome in (${pairOutcomes.added}, ${pairOutcomes.removed}) and line.id = pair.line_id
    ),
    ${countedOutcomes({ runId: run.id, slice: page.slice })}
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
      skipped_prices = coalesce(named.skips, '{}'),
      updated_at = ${now}
    from counted, named
    where slice.run_id = ${run.id} and slice.slice = ${page.slice}
    returning slice.slice`.execute(scoped.db)
  assert(rows.length === 1, 'a page moves its slice')
}

/** What the page's pairs come to: `counted` by outcome, and `named` by price and reason, with what the slice had. */
function countedOutcomes({ runId, slice }: { runId: string; slice: number }) {
  return sql`
    said as materialized (
      select price_id, outcome, count(*) as pairs from (
        select price_id, outcome from pair where not is_one_of_many
        union all
        select price_id, min(outcome) from pair where is_one_of_many group by subscription_id, price_id
      ) one group by price_id, outcome
    ),
    named as (
      select jsonb_object_agg(name, pairs) as skips from (
        select name, sum(pairs)::bigint as pairs from (
          select price_id || ' ' || ${reasonOfOutcome} as name, pairs from said where ${reasonOfOutcome} is not null
          union all
          select key, value::bigint from price_sync_slices slice, jsonb_each_text(slice.skipped_prices)
          where slice.run_id = ${runId} and slice.slice = ${slice}
        ) each_one group by name
      ) summed
    ),
    counted as (
      select coalesce(sum(pairs) filter (where outcome = ${pairOutcomes.added}), 0) as added,
        coalesce(sum(pairs) filter (where outcome = ${pairOutcomes.removed}), 0) as removed,
        coalesce(sum(pairs) filter (where outcome <= ${pairOutcomes.oneTime}), 0) as incompatible,
        coalesce(sum(pairs) filter (where outcome = ${pairOutcomes.ended}), 0) as ended,
        coalesce(sum(pairs) filter (where outcome = ${pairOutcomes.overridden}), 0) as overridden,
        coalesce(sum(pairs) filter (where outcome = ${pairOutcomes.endedByUser}), 0) as ended_by_user,
        coalesce(sum(pairs) filter (where outcome = ${pairOutcomes.inSync}), 0) as in_sync
      from said
    )`
}

export function runClosed(runId: string): CodedError {
  return new CodedError('version_conflict', `Price sync run ${runId} was closed: another took the plan over`)
}
