import type { PriceVersion } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type ReachedPairs, readReachedPairs } from '../subscriptions/reached-pairs.ts'
import type { PriceSyncRun } from './price-sync-pairs.ts'

/**
 * When the changed prices are at work in a page's subscriptions, which the caller holds. Two statements more where a
 * version of their chains waits, one where none does.
 */
export async function readReachedOfPage(
  scoped: Scoped,
  { run, cursor, end }: { run: PriceSyncRun; cursor: string; end: string },
): Promise<ReachedPairs | undefined> {
  const versions = await readWaitingChains(scoped, run)
  if (versions.length === 0) return undefined
  const { rows } = await sql<{ id: string }>`
    select id from subscriptions
    where plan_id = ${run.planId} and subscription_status <> 'cancelled' and id > ${cursor} and id <= ${end}
      and synced_price_sequence < ${run.targetSequence} order by id`.execute(scoped.db)
  return readReachedPairs(scoped, { versions, subscriptionIds: rows.map(({ id }) => id) })
}

/** All versions of those of the changed prices' chains in which one waits. */
async function readWaitingChains({ db, scope }: Scoped, run: PriceSyncRun): Promise<PriceVersion[]> {
  const { rows } = await sql<PriceVersion>`
    select p.id, p.root_price_id, p.start_date, p.end_date, p.waits_for from prices p
    where p.environment_id = ${scope.environmentId} and p.status = 'published' and p.root_price_id in (
      select changed.root_price_id from prices changed
      where changed.plan_id = ${run.planId} and changed.sequence > ${run.fromSequence}
        and changed.sequence <= ${run.targetSequence} and exists (
          select from prices waiting where waiting.environment_id = changed.environment_id
            and waiting.root_price_id = changed.root_price_id and waiting.waits_for is not null
            and waiting.status = 'published'))
    order by p.id`.execute(db)
  return rows
}
