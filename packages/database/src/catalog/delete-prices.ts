import { assert, CodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { TakenBack } from '../connection/taken-back.ts'

/**
 * Marks prices of plans as deleted, as if they had never been, which frees their lookup keys: for imports that are taken
 * back. Needs the caller's transaction: their plans are held, so that neither a sync nor a creation takes one meanwhile.
 * Refused, `in_use`, is one that a subscription has, or in whose place there is another one, which is named: that one is
 * ended instead.
 */
export async function deletePrices(scoped: Scoped, ids: readonly string[], now: Date): Promise<TakenBack> {
  const { db, scope } = scoped
  assert(db.isTransaction, 'prices are deleted in a transaction')
  await sql`
    select id from plans where environment_id = ${scope.environmentId} and id in (
      select plan_id from prices where environment_id = ${scope.environmentId} and id = any (${ids}::text[]))
    order by id for no key update`.execute(db)
  const { rows: held } = await sql<{ id: string }>`
    select id from prices where environment_id = ${scope.environmentId} and id = any (${ids}::text[])
      and plan_id is not null and status <> 'deleted' order by id for update`.execute(db)
  const there = held.map(({ id }) => id)
  if (there.length === 0) return { deleted: [], refused: new Map() }
  const refused = await readUses(scoped, there)
  const deleted = there.filter((id) => !refused.has(id))
  await sql`
    update prices set status = 'deleted', updated_at = ${now}, updated_by = ${scope.userId}
    where environment_id = ${scope.environmentId} and id = any (${deleted}::text[])`.execute(db)
  return { deleted, refused }
}

interface Use {
  readonly price_id: string
  readonly used_by: 'subscription' | 'price'
  readonly id: string
}

/** The first of each price that has one. */
async function readUses(
  { db, scope }: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CodedError>> {
  const { rows } = await sql<Use>`
    select asked.id as price_id, used.used_by, used.id from unnest(${ids}::text[]) as asked (id)
    cross join lateral (
      (select 'subscription' as used_by, line.subscription_id as id from subscription_line_items line
        join subscriptions s on s.environment_id = line.environment_id and s.id = line.subscription_id
        where line.environment_id = ${scope.environmentId} and line.price_id = asked.id and s.status <> 'deleted' limit 1)
      union all (select 'price', other.id from prices other where other.environment_id = ${scope.environmentId}
        and (other.root_price_id = asked.id or other.overridden_price_id = asked.id) and other.id <> asked.id
        and other.status <> 'deleted' limit 1)
      limit 1
    ) used`.execute(db)
  return new Map(
    rows.map(({ price_id: price, used_by, id }) => [
      price,
      new CodedError('in_use', `Price ${price} is used by ${used_by} ${id}: end it instead`, {
        details: { used_by, [`${used_by}_id`]: id },
      }),
    ]),
  )
}
