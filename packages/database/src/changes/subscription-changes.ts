import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SubscriptionChangeTable } from '../tables/change-tables.ts'

export type SubscriptionChangeRow = Selectable<SubscriptionChangeTable>

/** What is known of a subscription's changes, as another one is asked for. */
export interface ChangeHistory {
  /** The change that has the key, whatever subscription it is of. */
  readonly made: SubscriptionChangeRow | undefined
  /** That was asked for: what billing makes at a boundary was asked for before, and is brought up first. */
  readonly newest: Pick<SubscriptionChangeRow, 'id'> | undefined
  /** When the last one was made; none that waits for an instant to come. */
  readonly lastAt: Date | null
}

/** One statement. What a subscription's lock guards is read behind it. */
export async function readChangeHistory(
  scoped: Scoped,
  { subscriptionId, key, now }: { readonly subscriptionId: string; readonly key: string; readonly now: Date },
): Promise<ChangeHistory> {
  const { environmentId } = scoped.scope
  const { rows } = await sql<SubscriptionChangeRow & { found_as: 'made' | 'newest' | 'last' }>`
    select c.*, 'made' as found_as from subscription_changes c
      where c.environment_id = ${environmentId} and c.idempotency_key = ${key}
    union all (select c.*, 'newest' from subscription_changes c
      where c.environment_id = ${environmentId} and c.subscription_id = ${subscriptionId}
        and c.idempotency_key is not null
      order by c.id desc limit 1)
    union all (select c.*, 'last' from subscription_changes c
      where c.environment_id = ${environmentId} and c.subscription_id = ${subscriptionId}
        and c.effective_at <= ${now}
      order by c.effective_at desc limit 1)`.execute(scoped.db)
  const found = (as: (typeof rows)[number]['found_as']) => rows.find(({ found_as }) => found_as === as)
  return { made: found('made'), newest: found('newest'), lastAt: found('last')?.effective_at ?? null }
}

/** The newest change that was asked for, by which who asks for another one says what it has seen. */
export async function newestChangeId(scoped: Scoped, subscriptionId: string): Promise<string | null> {
  const row = await scoped.db
    .selectFrom('subscription_changes')
    .select('id')
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .where('idempotency_key', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}

/** What whoever asked was answered, where that is known only once all of the change is written. */
export async function keepChangeResult(scoped: Scoped, id: string, result: object): Promise<void> {
  await scoped.db
    .updateTable('subscription_changes')
    .set({ result: JSON.stringify(result) })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', id)
    .execute()
}
