import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { bulkIdHead } from '../connection/ids.ts'
import { getPlan, insertPlan, type PlanChanges, type PlanRow, raisePriceSequences } from './plans.ts'

/**
 * Makes a plan like another one, in the caller's transaction: what `changes` leaves out is the source's,
 * but for the lookup key, which is one plan's. What belongs to the plan is copied by `clonePlanContents`; a
 * further kind of it gets its line there.
 *
 * @throws not_found; already_exists when another published plan has the lookup key
 */
export async function clonePlan(
  scoped: Scoped,
  sourceId: string,
  changes: PlanChanges,
  now: Date,
): Promise<PlanRow> {
  assert(scoped.db.isTransaction, 'a plan is cloned in one transaction with its prices')
  const source = await getPlan(scoped, sourceId)
  const plan = await insertPlan(
    scoped,
    {
      name: changes.name ?? source.name,
      description: changes.description ?? source.description,
      display_order: changes.display_order ?? source.display_order,
      metadata: changes.metadata ?? source.metadata,
      lookup_key: changes.lookup_key,
    },
    now,
  )
  await clonePlanContents(scoped, { sourceId, targetId: plan.id, now })
  return plan
}

interface PlanCopy {
  readonly sourceId: string
  readonly targetId: string
  readonly now: Date
}

/** All that a plan's clone takes over, each kind by one statement. */
async function clonePlanContents(scoped: Scoped, copy: PlanCopy): Promise<void> {
  await clonePrices(scoped, copy)
  await cloneEntitlements(scoped, copy)
  await cloneGrants(scoped, copy)
}

/**
 * The prices that have not ended, scheduled ones too, in chains like the source's. They begin now at the
 * soonest, as a new price does, and have no lookup keys, which are one price's.
 */
async function clonePrices(scoped: Scoped, { sourceId, targetId, now }: PlanCopy): Promise<void> {
  const sequence = (await raisePriceSequences(scoped, [targetId])).get(targetId)
  await sql`
    with source as materialized (
      select *, ${bulkIdHead('price')} || lpad(upper(to_hex(row_number() over (order by id))), 8, '0') as copy_id,
        greatest(start_date, ${now}) as copy_start
      from prices
      where plan_id = ${sourceId} and status = 'published'
        and (end_date is null or end_date > greatest(start_date, ${now}))),
    chained as (
      select *, first_value(copy_id) over (partition by root_price_id order by start_date, id) as copy_root
      from source)
    insert into prices (id, environment_id, plan_id, root_price_id, successor_price_id, type, billing_model,
      tier_mode, tiers, amount, divide_by, round, currency, billing_period, billing_period_count, invoice_cadence,
      trial_period_days, min_quantity, display_name, description, metadata, start_date, end_date, sequence,
      meter_id, group_id, bucket_size, filter_values, created_at, updated_at, created_by, updated_by)
    select one.copy_id, one.environment_id, ${targetId}, one.copy_root, next.copy_id, one.type, one.billing_model,
      one.tier_mode, one.tiers, one.amount, one.divide_by, one.round, one.currency, one.billing_period,
      one.billing_period_count, one.invoice_cadence, one.trial_period_days, one.min_quantity, one.display_name,
      one.description, one.metadata, one.copy_start, one.end_date, ${sequence}, one.meter_id, one.group_id,
      one.bucket_size, one.filter_values, ${now}, ${now}, ${scoped.scope.userId}, ${scoped.scope.userId}
    from chained one left join source next on next.id = one.successor_price_id`.execute(scoped.db)
}

async function cloneEntitlements(scoped: Scoped, { sourceId, targetId, now }: PlanCopy): Promise<void> {
  await sql`
    insert into entitlements (id, environment_id, plan_id, feature_id, feature_type, is_enabled, usage_limit,
      usage_reset_period, is_soft_limit, static_value, config_value, start_date, end_date,
      created_at, updated_at, created_by, updated_by)
    select ${bulkIdHead('entitlement')} || lpad(upper(to_hex(row_number() over (order by id))), 8, '0'),
      environment_id, ${targetId}, feature_id, feature_type, is_enabled, usage_limit,
      usage_reset_period, is_soft_limit, static_value, config_value, start_date, end_date,
      ${now}, ${now}, ${scoped.scope.userId}, ${scoped.scope.userId}
    from entitlements
    where plan_id = ${sourceId} and status = 'published'
      and (end_date is null or end_date > ${now})`.execute(scoped.db)
}

async function cloneGrants(scoped: Scoped, { sourceId, targetId, now }: PlanCopy): Promise<void> {
  await sql`
    insert into credit_grants (id, environment_id, name, scope, plan_id, credits, cadence, period, period_count,
      proration_behavior, conversion_rate, topup_conversion_rate, priority, expiration_type, expiration_duration,
      expiration_duration_unit, start_date, end_date, metadata, created_at, updated_at, created_by, updated_by)
    select ${bulkIdHead('creditGrant')} || lpad(upper(to_hex(row_number() over (order by id))), 8, '0'),
      environment_id, name, scope, ${targetId}, credits, cadence, period, period_count,
      proration_behavior, conversion_rate, topup_conversion_rate, priority, expiration_type, expiration_duration,
      expiration_duration_unit, start_date, end_date, metadata, ${now}, ${now}, ${scoped.scope.userId},
      ${scoped.scope.userId}
    from credit_grants
    where plan_id = ${sourceId} and status = 'published' and (end_date is null or end_date > ${now})`.execute(
    scoped.db,
  )
}
