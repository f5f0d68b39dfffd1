import { assert, CodedError, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { TakenBack } from '../connection/taken-back.ts'

/** As {@link deleteCustomers}, of one. @throws not_found; in_use */
export async function deleteCustomer(scoped: Scoped, id: string, now: Date): Promise<void> {
  const { deleted, refused } = await deleteCustomers(scoped, [id], now)
  const refusal = refused.get(id)
  if (refusal) throw refusal
  if (deleted.length === 0) throw notFound('Customer', id)
}

/**
 * Marks customers as deleted, which frees their external ids. Needs the caller's transaction: the rows are locked
 * against a creation's foreign key check, so that no subscription slips in meanwhile.
 *
 * Refused, `in_use`, is one with a subscription that is not cancelled, an invoice that is not closed or paid, or an open
 * wallet, which is named.
 */
export async function deleteCustomers(scoped: Scoped, ids: readonly string[], now: Date): Promise<TakenBack> {
  const { db, scope } = scoped
  assert(db.isTransaction, 'customers are deleted in a transaction')
  const held = await db
    .selectFrom('customers')
    .select('id')
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .where('environment_id', '=', scope.environmentId)
    .where('status', '<>', 'deleted')
    .orderBy('id')
    .forUpdate()
    .execute()
  const there = held.map(({ id }) => id)
  if (there.length === 0) return { deleted: [], refused: new Map() }
  const refused = await readUsers(scoped, there)
  const deleted = there.filter((id) => !refused.has(id))
  await db
    .updateTable('customers')
    .set({ status: 'deleted', ...change(scope, now) })
    .where(sql<boolean>`id = any (${deleted}::text[])`)
    .where('environment_id', '=', scope.environmentId)
    .execute()
  return { deleted, refused }
}

interface User {
  readonly customer_id: string
  readonly used_by: 'subscription' | 'invoice' | 'wallet'
  readonly id: string
}

/** The first user of each customer that has one. An invoice is one while it is a draft, or something of it remains. */
async function readUsers(
  { db, scope }: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CodedError>> {
  const { rows } = await sql<User>`
    select customer.id as customer_id, used.used_by, used.id from unnest(${ids}::text[]) as customer (id)
    cross join lateral (
      (select 'subscription' as used_by, s.id from subscriptions s where s.environment_id = ${scope.environmentId}
        and s.customer_id = customer.id and s.subscription_status <> 'cancelled' limit 1)
      union all
      (select 'invoice', i.id from invoices i where i.environment_id = ${scope.environmentId}
        and i.customer_id = customer.id and i.status <> 'deleted' and (i.invoice_status = 'DRAFT'
          or (i.invoice_status = 'FINALIZED' and i.amount_remaining > 0)) order by i.id limit 1)
      union all
      (select 'wallet', w.id from wallets w where w.environment_id = ${scope.environmentId}
        and w.customer_id = customer.id and w.wallet_status <> 'closed' limit 1)
      limit 1
    ) used`.execute(db)
  return new Map(rows.map((row) => [row.customer_id, inUse(row)]))
}

function inUse({ customer_id: customer, used_by, id }: User): CodedError {
  const message = {
    subscription: `Customer ${customer} is used by subscription ${id}`,
    invoice: `Customer ${customer} is used by invoice ${id}, which is still to be paid`,
    wallet: `Customer ${customer} has wallet ${id}: terminate it first`,
  }[used_by]
  return new CodedError('in_use', message, { details: { used_by, [`${used_by}_id`]: id } })
}
