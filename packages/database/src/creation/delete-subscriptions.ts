import { assert, CodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { TakenBack } from '../connection/taken-back.ts'

/**
 * Marks subscriptions as deleted, as if they had never begun, with what they were given alone: for imports that are taken
 * back. Needs the caller's transaction. Refused, `in_use`, is one of which there is an invoice, a change, a pause, a
 * schedule, or credits that it was given, which is named: that one is cancelled instead.
 */
export async function deleteSubscriptions(
  scoped: Scoped,
  ids: readonly string[],
  now: Date,
): Promise<TakenBack> {
  const { db, scope } = scoped
  assert(db.isTransaction, 'subscriptions are deleted in a transaction')
  const { rows: held } = await sql<{ id: string }>`
    select id from subscriptions where environment_id = ${scope.environmentId} and id = any (${ids}::text[])
      and status <> 'deleted' order by id for update`.execute(db)
  const there = held.map(({ id }) => id)
  if (there.length === 0) return { deleted: [], refused: new Map() }
  const refused = await readUses(scoped, there)
  const deleted = there.filter((id) => !refused.has(id))
  // Cancelled, too: so nothing that looks for what lives finds it, whether it knows of deleted ones or not.
  await sql`
    with entitlement as (
      update entitlements set status = 'deleted', updated_at = ${now}, updated_by = ${scope.userId}
      where environment_id = ${scope.environmentId} and subscription_id = any (${deleted}::text[])
    ), given as (
      update credit_grants set status = 'deleted', updated_at = ${now}, updated_by = ${scope.userId}
      where environment_id = ${scope.environmentId} and subscription_id = any (${deleted}::text[])
    )
    update subscriptions set status = 'deleted', subscription_status = 'cancelled', next_billing_at = null,
      version = version + 1, updated_at = ${now}, updated_by = ${scope.userId}
    where environment_id = ${scope.environmentId} and id = any (${deleted}::text[])`.execute(db)
  return { deleted, refused }
}

interface Use {
  readonly subscription_id: string
  readonly used_by: keyof typeof words
  readonly id: string
}

const words = {
  invoice: 'invoice',
  change: 'change',
  pause: 'pause',
  schedule: 'schedule',
  credits: 'credits of grant',
}

/** The first of each subscription that has one. */
async function readUses(
  { db, scope }: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CodedError>> {
  const of = (table: string) => sql`${sql.table(table)} it where it.environment_id = ${scope.environmentId}
    and it.subscription_id = asked.id`
  const { rows } = await sql<Use>`
    select asked.id as subscription_id, used.used_by, used.id from unnest(${ids}::text[]) as asked (id)
    cross join lateral (
      (select 'invoice' as used_by, it.id from ${of('invoices')} and it.status <> 'deleted' limit 1)
      union all (select 'change', it.id from ${of('subscription_changes')} limit 1)
      union all (select 'pause', it.id from ${of('subscription_pauses')} limit 1)
      union all (select 'schedule', it.id from ${of('subscription_schedules')} limit 1)
      union all (select 'credits', it.credit_grant_id from ${of('credit_grant_applications')}
        and it.application_status = 'applied' limit 1)
      limit 1
    ) used`.execute(db)
  return new Map(rows.map((row) => [row.subscription_id, inUse(row)]))
}

function inUse({ subscription_id: subscription, used_by: kind, id }: Use): CodedError {
  const message = `Subscription ${subscription} has ${words[kind]} ${id}: cancel it instead`
  return new CodedError('in_use', message, { details: { used_by: kind, id } })
}
