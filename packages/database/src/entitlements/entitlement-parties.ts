import { assert, type FieldProblem, notFound } from '@flexprice/domain'
import type { EntitlementTerms } from '@flexprice/domain/entitlement'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { EntitlementRow } from './entitlements.ts'

/** The records that entitlements are between, held until the transaction ends. */
export interface EntitlementParties {
  /** What is wrong between an entitlement and its feature, or its parent. */
  problemsOf(entitlement: NewEntitlement): FieldProblem[]
}

/**
 * Holds the plans, subscriptions, features and parents of new entitlements, each kind in the order of its
 * ids, so that two inserts cannot wait for each other and nobody deletes one of them meanwhile.
 *
 * @throws not_found for a plan, subscription or feature that is missing or deleted
 */
export async function lockEntitlementParties(
  scoped: Scoped,
  entitlements: readonly NewEntitlement[],
): Promise<EntitlementParties> {
  assert(scoped.db.isTransaction, 'an entitlement is made in a transaction')
  await lock<{ id: string }>(
    scoped,
    'Plan',
    sql`select id from plans`,
    entitlements.map((one) => one.plan_id),
  )
  const subscriptions = await lock<{ id: string; plan_id: string }>(
    scoped,
    'Subscription',
    sql`select id, plan_id from subscriptions`,
    entitlements.map((one) => one.subscription_id),
  )
  const features = await lock<{ id: string; type: EntitlementRow['feature_type'] }>(
    scoped,
    'Feature',
    sql`select id, type from features`,
    entitlements.map((one) => one.feature_id),
  )
  const parents = await lock<{ id: string; plan_id: string | null; feature_id: string }>(
    scoped,
    'Entitlement',
    sql`select id, plan_id, feature_id from entitlements`,
    entitlements.map((one) => one.parent_entitlement_id),
  )
  return {
    problemsOf(entitlement) {
      const { subscription_id, feature_id, feature_type, parent_entitlement_id } = entitlement
      const problems: FieldProblem[] = []
      const type = features.get(feature_id)?.type
      if (type !== feature_type) {
        problems.push({ path: 'feature_type', message: `must be ${type}, as the feature's is` })
      }
      const parent = parents.get(parent_entitlement_id ?? '')
      if (!parent) return problems
      const planId = subscriptions.get(subscription_id ?? '')?.plan_id
      if (planId === undefined || parent.plan_id !== planId || parent.feature_id !== feature_id) {
        const message = "must be an entitlement of the subscription's plan to the same feature"
        problems.push({ path: 'parent_entitlement_id', message })
      }
      return problems
    },
  }
}

async function lock<Row extends { readonly id: string }>(
  scoped: Scoped,
  what: string,
  select: RawBuilder<unknown>,
  ids: ReadonlyArray<string | undefined>,
): Promise<ReadonlyMap<string, Row>> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))]
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<Row>`${select} where id = any(${wanted}::text[]) and status = 'published'
    order by id for key share`.execute(scoped.db)
  const found = new Map(rows.map((row) => [row.id, row]))
  const missing = wanted.find((id) => !found.has(id))
  if (missing !== undefined) throw notFound(what, missing)
  return found
}

/** An entitlement of a plan or of a subscription: exactly one of the two ids is given. */
export type NewEntitlement = EntitlementTerms & {
  readonly feature_id: string
  /** What the caller takes the feature for; it has to be that. */
  readonly feature_type: EntitlementRow['feature_type']
  readonly plan_id?: string | undefined
  readonly subscription_id?: string | undefined
  /** The entitlement of the subscription's plan that this one replaces there. */
  readonly parent_entitlement_id?: string | undefined
  readonly start_date?: Date | undefined
  readonly end_date?: Date | undefined
}
