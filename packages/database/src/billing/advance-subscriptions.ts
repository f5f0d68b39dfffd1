import { assert } from '@flexprice/domain'
import { instantText } from '@flexprice/domain/time'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { SubscriptionTable } from '../tables/subscription-tables.ts'

/** Where a subscription is once its due period has been billed. */
export interface SubscriptionAdvance {
  readonly id: string
  /** As it was read: another's change in between must not be lost. */
  readonly version: number
  readonly status: SubscriptionTable['subscription_status']
  readonly period: { readonly start: Date; readonly end: Date }
  /** Null when nothing will be due any more. */
  readonly nextBillingAt: Date | null
}

/**
 * Moves subscriptions into their next period, or to their end, in the transaction that bills them and holds them:
 * one statement, however many they are.
 */
export async function advanceSubscriptions(
  scoped: Scoped,
  advances: readonly SubscriptionAdvance[],
  now: Date,
): Promise<void> {
  if (advances.length === 0) return
  const { updated_at, updated_by } = change(scoped.scope, now)
  const { numAffectedRows } = await sql`
    update subscriptions s set subscription_status = a.status, current_period_start = a.start,
      current_period_end = a.end, next_billing_at = a.next, version = s.version + 1,
      updated_at = ${updated_at}, updated_by = ${updated_by}
    from unnest(${advances.map(({ id }) => id)}::text[], ${advances.map(({ version }) => version)}::integer[],
        ${advances.map(({ status }) => status)}::text[],
        ${advances.map(({ period }) => instantText(period.start))}::timestamptz[],
        ${advances.map(({ period }) => instantText(period.end))}::timestamptz[],
        ${advances.map(({ nextBillingAt }) => nextBillingAt && instantText(nextBillingAt))}::timestamptz[])
      as a (id, version, status, start, "end", next)
    where s.environment_id = ${scoped.scope.environmentId} and s.id = a.id and s.version = a.version`.execute(
    scoped.db,
  )
  assert(numAffectedRows === BigInt(advances.length), 'every subscription that is held is as it was read')
}
