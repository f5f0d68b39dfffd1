import { assert } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { CreditGrantApplicationTable } from '../tables/grant-tables.ts'
import type { CreditGrantRow } from './credit-grants.ts'
import type { NewApplication } from './grant-terms.ts'
import { type GrantSubscription, selectGranted } from './granted-subscriptions.ts'

export type ApplicationRow = Selectable<CreditGrantApplicationTable>

/** Something that is to be given, with what it depends on. */
export interface DueApplication {
  readonly application: ApplicationRow
  readonly grant: CreditGrantRow
  readonly subscription: GrantSubscription
}

/** In one statement, however many. Of a grant, a subscription and a period there is one, for ever. */
export async function insertApplications(
  scoped: Scoped,
  applications: readonly NewApplication[],
  now: Date,
): Promise<void> {
  if (applications.length === 0) return
  await insertRecords('credit_grant_applications', audited(scoped, applications, now)).execute(scoped.db)
}

/** What a billing run would give to a subscription first, as the function `due_grants` says; of each grant one. */
export async function listDueGrants(
  { db, scope }: Scoped,
  subscriptionId: string,
  until: Date,
): Promise<readonly { id: string; subscriptionId: string; at: Date }[]> {
  const { rows } = await sql<{ id: string; subscriptionId: string; at: Date }>`
    select application_id as id, subscription_id as "subscriptionId", due_at as at
    from due_grants(${scope.environmentId}, ${until}) where subscription_id = ${subscriptionId}
    order by due_at, application_id`.execute(db)
  return rows
}

/** Of subscriptions those that have any. */
export async function listWithDueGrants(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
  until: Date,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct subscription_id as id from due_grants(${scope.environmentId}, ${until})
    where subscription_id = any (${subscriptionIds}::text[])`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/**
 * Holds what is to be given until the caller's transaction ends: subscriptions, then grants, then applications, each
 * by id. What another run has given meanwhile is left out.
 */
export async function holdApplications(
  scoped: Scoped,
  due: { readonly ids: readonly string[]; readonly subscriptionIds: readonly string[] },
): Promise<DueApplication[]> {
  assert(scoped.db.isTransaction, 'what is given is held in a transaction')
  const { db, scope } = scoped
  const subscriptions = await selectGranted(scoped)
    .where(sql<boolean>`id = any (${[...new Set(due.subscriptionIds)]}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute()
  const grants = await db
    .selectFrom('credit_grants')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where(
      sql<boolean>`id in (select credit_grant_id from credit_grant_applications where id = any (${due.ids}::text[]))`,
    )
    .orderBy('id')
    .forShare()
    .execute()
  // Behind the locks: what another run has given is seen.
  const applications = await db
    .selectFrom('credit_grant_applications')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`id = any (${due.ids}::text[])`)
    .where('application_status', '=', 'pending')
    .orderBy('id')
    .forUpdate()
    .execute()
  return together(applications, { grants, subscriptions })
}

/** Each application with what it depends on. */
function together(
  applications: readonly ApplicationRow[],
  of: { readonly grants: readonly CreditGrantRow[]; readonly subscriptions: readonly GrantSubscription[] },
): DueApplication[] {
  const subscriptionOf = new Map(of.subscriptions.map((one) => [one.id, one]))
  const grantOf = new Map(of.grants.map((one) => [one.id, one]))
  return applications.flatMap((application) => {
    const subscription = subscriptionOf.get(application.subscription_id)
    const grant = grantOf.get(application.credit_grant_id)
    return subscription && grant ? [{ application, grant, subscription }] : []
  })
}

/** What became of an application. */
export type FinishedApplication = Pick<
  ApplicationRow,
  | 'id'
  | 'application_status'
  | 'period_end'
  | 'credits'
  | 'subscription_status'
  | 'failure_reason'
  | 'wallet_transaction_id'
>

/** Writes what became of applications that the transaction holds: one statement, however many. */
export async function finishApplications(
  scoped: Scoped,
  finished: readonly FinishedApplication[],
  now: Date,
): Promise<void> {
  if (finished.length === 0) return
  const { updated_at, updated_by } = change(scoped.scope, now)
  const column = <Name extends keyof FinishedApplication>(name: Name) => finished.map((one) => one[name])
  const ends = finished.map(({ period_end }) => period_end?.toISOString() ?? null)
  const { numAffectedRows } = await sql`
    update credit_grant_applications a set application_status = f.application_status, period_end = f.period_end,
      credits = f.credits, subscription_status = f.subscription_status, failure_reason = f.failure_reason,
      wallet_transaction_id = f.wallet_transaction_id,
      applied_at = case when f.application_status = 'applied' then ${now}::timestamptz end,
      updated_at = ${updated_at}, updated_by = ${updated_by}
    from unnest(${column('id')}::text[], ${column('application_status')}::text[], ${ends}::timestamptz[],
        ${column('credits')}::numeric[], ${column('subscription_status')}::text[],
        ${column('failure_reason')}::text[], ${column('wallet_transaction_id')}::text[])
      as f (id, application_status, period_end, credits, subscription_status, failure_reason, wallet_transaction_id)
    where a.environment_id = ${scoped.scope.environmentId} and a.id = f.id
      and a.application_status = 'pending'`.execute(scoped.db)
  assert(numAffectedRows === BigInt(finished.length), 'what is held is given once')
}

/**
 * What is still to come of a customer's subscriptions, or of one, that are not cancelled: of each grant the next, in
 * the order of their instants.
 */
export async function listUpcoming(
  scoped: Scoped,
  of: { readonly customerId: string } | { readonly subscriptionId: string },
  rowsMax: number,
): Promise<DueApplication[]> {
  const { db, scope } = scoped
  const asked = 'customerId' in of ? sql`s.customer_id = ${of.customerId}` : sql`s.id = ${of.subscriptionId}`
  const applications = await db
    .selectFrom('credit_grant_applications as a')
    .innerJoin('subscriptions as s', (join) =>
      join.onRef('s.environment_id', '=', 'a.environment_id').onRef('s.id', '=', 'a.subscription_id'),
    )
    .selectAll('a')
    .where('a.environment_id', '=', scope.environmentId)
    .where('a.application_status', '=', 'pending')
    .where('s.status', '<>', 'deleted')
    .where('s.subscription_status', '<>', 'cancelled')
    .where(sql<boolean>`${asked}`)
    .orderBy('a.period_start')
    .orderBy('a.id')
    .limit(rowsMax)
    .execute()
  if (applications.length === 0) return []
  const grantIds = [...new Set(applications.map(({ credit_grant_id }) => credit_grant_id))]
  const subscriptionIds = [...new Set(applications.map(({ subscription_id }) => subscription_id))]
  const grants = await db
    .selectFrom('credit_grants')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`id = any (${grantIds}::text[])`)
    .execute()
  const subscriptions = await selectGranted(scoped)
    .where(sql<boolean>`id = any (${subscriptionIds}::text[])`)
    .execute()
  return together(applications, { grants, subscriptions })
}
