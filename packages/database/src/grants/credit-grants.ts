import { notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import { changesOf, recordAudit } from '../audit/audit-entries.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { change, json } from '../connection/row-changes.ts'
import type { CreditGrantTable } from '../tables/grant-tables.ts'
import type { Changes } from '../tables/row-types.ts'

/** Decimals come as PostgreSQL keeps them, with all 18 digits after the point. */
export type CreditGrantRow = Selectable<CreditGrantTable>
export type NewCreditGrant = NewRecord<CreditGrantTable, 'status'>

/** Of one plan, and of one subscription: a creation gives each of them. */
export const grantsOfOneMax = 100

/** Writes grants, in one statement however many; to whom they give is written by `insertApplications`. */
export async function insertCreditGrants(
  scoped: Scoped,
  grants: readonly NewCreditGrant[],
  now: Date,
): Promise<void> {
  if (grants.length === 0) return
  await insertRecords('credit_grants', audited(scoped, grants, now)).execute(scoped.db)
}

/** @throws not_found */
export async function getCreditGrant({ db, scope }: Scoped, id: string): Promise<CreditGrantRow> {
  const row = await db
    .selectFrom('credit_grants')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .executeTakeFirst()
  if (!row) throw notFound('Credit grant', id)
  return row
}

/** A plan's grants, the oldest first. */
export function listPlanGrants({ db, scope }: Scoped, planIds: readonly string[]): Promise<CreditGrantRow[]> {
  return db
    .selectFrom('credit_grants')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`plan_id = any (${planIds}::text[])`)
    .where('status', '=', 'published')
    .orderBy('id')
    .execute()
}

/** A subscription's own grants, the oldest first. */
export function listSubscriptionGrants(
  { db, scope }: Scoped,
  subscriptionId: string,
): Promise<CreditGrantRow[]> {
  return db
    .selectFrom('credit_grants')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .where('status', '=', 'published')
    .orderBy('id')
    .execute()
}

/**
 * Changes what may change of a grant. What was given stays; what is to come follows an end, which can be moved either
 * way. A page of the billing run that is at work on the grant comes wholly before or after.
 *
 * @param changesFor from the grant as it is, held
 * @throws not_found
 */
export function updateCreditGrant(
  scoped: Scoped,
  id: string,
  changesFor: (
    before: CreditGrantRow,
  ) => Changes<Pick<CreditGrantRow, 'name' | 'metadata' | 'end_date' | 'status'>>,
  now: Date,
): Promise<CreditGrantRow> {
  return inTransaction(scoped, async (transaction) => {
    const { db, scope } = transaction
    const held = await db
      .selectFrom('credit_grants')
      .selectAll()
      .where('environment_id', '=', scope.environmentId)
      .where('id', '=', id)
      .where('status', '<>', 'deleted')
      .forUpdate()
      .executeTakeFirst()
    if (!held) throw notFound('Credit grant', id)
    const changes = changesFor(held)
    const after = await db
      .updateTable('credit_grants')
      .set({ ...changes, metadata: json(changes.metadata), ...change(scope, now) })
      .where('environment_id', '=', scope.environmentId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    if (changes.end_date !== undefined) await moveEnds(transaction, id, now)
    const audited = ({ end_date, status }: CreditGrantRow) => ({ end_date: end_date?.toISOString(), status })
    await recordAudit(transaction, {
      ...{ entityType: 'credit_grant', entityId: id, now },
      changes: changesOf(audited(held), audited(after)),
    })
    return after
  })
}

/**
 * What is to come waits behind the grant's or the subscription's end, or comes again before it. What has fallen due is
 * given as it was then, however late the billing run is.
 */
async function moveEnds({ db, scope }: Scoped, grantId: string, now: Date): Promise<void> {
  await sql`
    with placed as (
      select a.id, g.end_date, case when a.period_start < least(g.end_date, s.end_date) or least(g.end_date, s.end_date) is null
        then 'pending' else 'cancelled' end as application_status
      from credit_grant_applications a
      join credit_grants g on g.environment_id = a.environment_id and g.id = a.credit_grant_id
      join subscriptions s on s.environment_id = a.environment_id and s.id = a.subscription_id
      where a.environment_id = ${scope.environmentId} and a.credit_grant_id = ${grantId}
        and (a.application_status = 'cancelled' or a.application_status = 'pending' and a.period_start > ${now}))
    update credit_grant_applications a set application_status = p.application_status,
      grant_end_date = p.end_date, updated_at = ${now},
      updated_by = ${scope.userId}
    from placed p where a.environment_id = ${scope.environmentId} and a.id = p.id`.execute(db)
}
