import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * Keeps by which events the subscriptions' late usage is billed: what the snapshot sees is not looked at again. In the
 * transaction that bills it and holds them.
 */
export async function keepLateLooks(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
  { seenBy, now }: { seenBy: string; now: Date },
): Promise<void> {
  if (subscriptionIds.length === 0) return
  await sql`
    insert into late_looks (environment_id, subscription_id, seen_by, looked_at)
    select ${scope.environmentId}, id, ${seenBy}::pg_snapshot, ${now}::timestamptz
    from unnest(${subscriptionIds}::text[]) as of_subscription (id)
    on conflict (environment_id, subscription_id) do update
      set seen_by = excluded.seen_by, looked_at = excluded.looked_at`.execute(db)
}
