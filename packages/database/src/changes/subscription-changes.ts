import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SubscriptionChangeTable } from '../tables/change-tables.ts'

export type SubscriptionChangeRow = Selectable<SubscriptionChangeTable>

/** What is known of a subscription's changes, as another one is asked for. */
export interface ChangeHistory {
  /** The change that has the key, whatever subscription it is of. */
  readonly made: SubscriptionChangeRow | undefined
  readonly newest: Pick<SubscriptionChangeRow, 'id' | 'effective_at'> | undefined
}

/** One statement. What a subscription's lock guards is read behind it. */
export async function readChangeHistory(
  scoped: Scoped,
  { subscriptionId, key }: { readonly subscriptionId: string; readonly key: string },
): Promise<ChangeHistory> {
  const { environmentId } = scoped.scope
  const { rows } = await sql<SubscriptionChangeRow & { is_made: boolean }>`
    select c.*, true as is_made from subscription_changes c
      where c.environment_id = ${environmentId} and c.idempotency_key = ${key}
    union all (select c.*, false from subscription_changes c
      where c.environment_id = ${environmentId} and c.subscription_id = ${subscriptionId} order by c.id desc limit 1)`.execute(
    scoped.db,
  )
  return { made: rows.find(({ is_made }) => is_made), newest: rows.find(({ is_made }) => !is_made) }
}

/** The newest change of a subscription, by which who asks for another one says what it has seen. */
export async function newestChangeId(scoped: Scoped, subscriptionId: string): Promise<string | null> {
  const row = await scoped.db
    .selectFrom('subscription_changes')
    .select('id')
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}
