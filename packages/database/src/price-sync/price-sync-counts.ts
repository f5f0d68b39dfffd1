import { assert } from '@flexprice/domain'
import type { NamedSkip } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { namedSkipsOf } from './named-skips.ts'

/** What the run's pages did. */
export async function sumCounts(scoped: Scoped, runId: string): Promise<PriceSyncCounts> {
  const { rows } = await sql<Record<string, number>>`
    select max(run.subscriptions_total) as total,
      coalesce(sum(subscriptions_processed), 0)::bigint as processed, coalesce(sum(prices_added), 0)::bigint as added,
      coalesce(sum(prices_removed), 0)::bigint as removed,
      coalesce(sum(skipped_incompatible), 0)::bigint as incompatible, coalesce(sum(skipped_ended), 0)::bigint as ended,
      coalesce(sum(skipped_overridden), 0)::bigint as overridden,
      coalesce(sum(skipped_ended_by_user), 0)::bigint as ended_by_user, coalesce(sum(skipped_in_sync), 0)::bigint as in_sync
    from price_sync_runs run left join price_sync_slices slice on slice.run_id = run.id
    where run.id = ${runId}`.execute(scoped.db)
  const sums = rows[0]
  assert(sums, 'an aggregate has one row')
  const slices = await scoped.db
    .selectFrom('price_sync_slices')
    .select('skipped_prices')
    .where('run_id', '=', runId)
    .execute()
  const sum = (name: string): number => sums[name] ?? 0
  return {
    subscriptionsTotal: sum('total'),
    subscriptionsProcessed: sum('processed'),
    pricesAdded: sum('added'),
    pricesRemoved: sum('removed'),
    skipped: {
      incompatible: sum('incompatible'),
      ended: sum('ended'),
      overridden: sum('overridden'),
      endedByUser: sum('ended_by_user'),
      inSync: sum('in_sync'),
    },
    skippedPrices: namedSkipsOf(slices.map(({ skipped_prices }) => skipped_prices)),
  }
}

export interface PriceSyncCounts {
  readonly subscriptionsTotal: number
  readonly subscriptionsProcessed: number
  readonly pricesAdded: number
  readonly pricesRemoved: number
  readonly skipped: {
    readonly incompatible: number
    readonly ended: number
    readonly overridden: number
    readonly endedByUser: number
    readonly inSync: number
  }
  readonly skippedPrices: readonly NamedSkip[]
}
