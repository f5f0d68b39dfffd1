import { assert, CodedError, invalid, notFound } from '@flexprice/domain'
import {
  changedEntitlementTerms,
  type EntitlementChanges,
  validateEntitlementTerms,
} from '@flexprice/domain/entitlement'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change, json } from '../connection/row-changes.ts'
import type { EntitlementTable } from '../tables/entitlement-tables.ts'

export type EntitlementRow = Selectable<EntitlementTable>

/** @throws not_found, for a deleted one too */
export async function getEntitlement(scoped: Scoped, id: string): Promise<EntitlementRow> {
  const query = scoped.db.selectFrom('entitlements').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Entitlement', id)
  return row
}

/**
 * The published ones of those ids, whatever they belong to, locked until the caller's transaction ends: what
 * replaces one of them is written before it can be deleted, and its feature with it.
 */
export function shareEntitlements(scoped: Scoped, ids: readonly string[]): Promise<EntitlementRow[]> {
  return scoped.db
    .selectFrom('entitlements')
    .selectAll()
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .where('status', '=', 'published')
    .orderBy('id')
    .forKeyShare()
    .execute()
}

/**
 * Changes what an entitlement grants, in the caller's transaction; what is left out stays.
 *
 * @throws not_found; validation_error for terms that the feature's type does not have
 */
export async function updateEntitlement(
  scoped: Scoped,
  id: string,
  changes: EntitlementChanges,
  now: Date,
): Promise<EntitlementRow> {
  const row = await lockEntitlement(scoped, id)
  const terms = changedEntitlementTerms(row, changes)
  const problems = validateEntitlementTerms(row.feature_type, terms)
  if (problems.length > 0) throw invalid(problems)
  return scoped.db
    .updateTable('entitlements')
    .set({ ...terms, config_value: json(terms.config_value), ...change(scoped.scope, now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * Marks the entitlement as deleted, in the caller's transaction. What single subscriptions have in place
 * of it stays theirs, as it is.
 *
 * @throws not_found
 */
export async function deleteEntitlement(scoped: Scoped, id: string, now: Date): Promise<void> {
  await lockEntitlement(scoped, id)
  const deleted = { status: 'deleted', ...change(scoped.scope, now) } as const
  await scoped.db.updateTable('entitlements').set(deleted).where('id', '=', id).execute()
}

/** With their plan go its entitlements, in the caller's transaction. */
export async function deletePlanEntitlements(scoped: Scoped, planId: string, now: Date): Promise<void> {
  await scoped.db
    .updateTable('entitlements')
    .set({ status: 'deleted', ...change(scoped.scope, now) })
    .where('plan_id', '=', planId)
    .where('status', '<>', 'deleted')
    .execute()
}

/** @throws in_use that names an entitlement to the feature */
export async function refuseEntitledFeature(scoped: Scoped, featureId: string): Promise<void> {
  const entitlement = await scoped.db
    .selectFrom('entitlements')
    .select('id')
    .where('feature_id', '=', featureId)
    .where('status', '<>', 'deleted')
    .limit(1)
    .executeTakeFirst()
  if (!entitlement) return
  const message = `Feature ${featureId} is used by entitlement ${entitlement.id}`
  throw new CodedError('in_use', message, {
    details: { used_by: 'entitlement', entitlement_id: entitlement.id },
  })
}

async function lockEntitlement(scoped: Scoped, id: string): Promise<EntitlementRow> {
  assert(scoped.db.isTransaction, 'an entitlement is changed in a transaction')
  const query = scoped.db.selectFrom('entitlements').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').forUpdate().executeTakeFirst()
  if (!row) throw notFound('Entitlement', id)
  return row
}
