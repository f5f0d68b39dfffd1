import { assert, type FieldProblem, invalid } from '@flexprice/domain'
import {
  changedEntitlementTerms,
  type EntitlementChanges,
  validateEntitlementTerms,
} from '@flexprice/domain/entitlement'
import type { Scoped } from '../connection/connection.ts'
import { bulkIdHead } from '../connection/ids.ts'
import { creation, json } from '../connection/row-changes.ts'
import { lockEntitlementParties, type NewEntitlement } from './entitlement-parties.ts'
import type { EntitlementRow } from './entitlements.ts'

/** Of one insert; each has some twenty parameters, of which a statement can have 65,535. */
export const entitlementsPerInsertMax = 1_000

/**
 * Inserts entitlements, all of them or none, in the caller's transaction. Their plans, subscriptions,
 * features and parents are held until it ends, so that none of them is deleted meanwhile.
 *
 * @param pathOf the prefix of the paths of an entitlement's problems, by its index
 * @returns the rows, in the order given
 * @throws not_found for a missing plan, subscription or feature; validation_error for terms that a
 *   feature's type does not have; already_exists when the plan or subscription has one of the feature
 */
export async function insertEntitlements(
  scoped: Scoped,
  entitlements: readonly NewEntitlement[],
  now: Date,
  pathOf: (index: number) => string = () => '',
): Promise<EntitlementRow[]> {
  assert(entitlements.length <= entitlementsPerInsertMax, 'the bound of one insert')
  const parties = await lockEntitlementParties(scoped, entitlements)
  const seen = new Set<string>()
  const problems = entitlements.flatMap((entitlement, index) => {
    const key = `${entitlement.plan_id ?? entitlement.subscription_id} ${entitlement.feature_id}`
    const isTwice = seen.has(key)
    seen.add(key)
    return [
      ...(isTwice ? [{ path: 'feature_id', message: 'comes twice for the same plan or subscription' }] : []),
      ...parties.problemsOf(entitlement),
      ...windowProblems(entitlement),
      ...validateEntitlementTerms(entitlement.feature_type, entitlement),
    ].map(({ path, message }) => ({ path: pathOf(index) + path, message }))
  })
  if (problems.length > 0) throw invalid(problems)
  return insertRows(scoped, entitlements, now)
}

/** What a subscription has in place of an entitlement of its plan: the plan's terms, but for the changes. */
export interface EntitlementOverride {
  readonly subscriptionId: string
  readonly parent: EntitlementRow
  readonly changes: EntitlementChanges
}

/**
 * Inserts the overrides that subscriptions begin with, in the transaction that makes them; one statement
 * for all. The caller has validated each (`overrideProblems`) and holds the subscriptions' plans.
 */
export async function insertSubscriptionEntitlements(
  scoped: Scoped,
  overrides: readonly EntitlementOverride[],
  now: Date,
): Promise<void> {
  assert(scoped.db.isTransaction, 'an override is written in one transaction with its subscription')
  for (let from = 0; from < overrides.length; from += entitlementsPerInsertMax) {
    const rows = overrides.slice(from, from + entitlementsPerInsertMax).map(overridingEntitlement)
    await insertRows(scoped, rows, now)
  }
}

/** What is wrong with an override, empty when nothing is. */
export function overrideProblems(
  subscription: { readonly planId: string },
  { parent, changes }: Omit<EntitlementOverride, 'subscriptionId'>,
): FieldProblem[] {
  if (parent.plan_id !== subscription.planId) {
    return [{ path: 'entitlement_id', message: "is not an entitlement of the subscription's plan" }]
  }
  return validateEntitlementTerms(parent.feature_type, changedEntitlementTerms(parent, changes))
}

function overridingEntitlement({ subscriptionId, parent, changes }: EntitlementOverride): NewEntitlement {
  return {
    ...changedEntitlementTerms(parent, changes),
    feature_id: parent.feature_id,
    feature_type: parent.feature_type,
    subscription_id: subscriptionId,
    parent_entitlement_id: parent.id,
  }
}

const rowNumberDigits = 8

async function insertRows(
  scoped: Scoped,
  entitlements: readonly NewEntitlement[],
  now: Date,
): Promise<EntitlementRow[]> {
  if (entitlements.length === 0) return []
  const idHead = bulkIdHead('entitlement')
  const rows = entitlements.map((entitlement, index) => ({
    ...entitlement,
    id: idHead + index.toString(16).toUpperCase().padStart(rowNumberDigits, '0'),
    config_value: json(entitlement.config_value),
    ...creation(scoped.scope, now),
  }))
  return scoped.db.insertInto('entitlements').values(rows).returningAll().execute()
}

function windowProblems({ start_date: start, end_date: end }: NewEntitlement): FieldProblem[] {
  return start && end && end <= start ? [{ path: 'end_date', message: 'must lie after start_date' }] : []
}
