import { assert, CodedError, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import {
  insertLinesWith,
  openInvoices,
  type SubscriptionCreation,
  writeGrants,
} from './subscription-creation.ts'

export interface Draft {
  /** What it was asked for, as on the wire. */
  readonly request: Readonly<Record<string, unknown>>
  readonly idempotency_key: string
  readonly request_hash: string
}

/**
 * A draft that is to begin, its row locked. Undefined when it has begun at that very start already: then
 * there is nothing left to do.
 *
 * @throws not_found; invalid_operation for a subscription that is no draft
 */
export async function getDraft(
  scoped: Scoped,
  { subscriptionId, startDate }: { subscriptionId: string; startDate: Date },
): Promise<Draft | undefined> {
  const row = await scoped.db
    .selectFrom('subscriptions')
    .select([
      'subscription_status',
      'start_date',
      'draft_request as request',
      'idempotency_key',
      'request_hash',
      'activated_at',
    ])
    .where('id', '=', subscriptionId)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('Subscription', subscriptionId)
  const { request, idempotency_key, request_hash } = row
  if (row.subscription_status === 'draft') {
    assert(request && idempotency_key !== null && request_hash !== null, 'a draft keeps its request')
    return { request, idempotency_key, request_hash }
  }
  if (row.activated_at !== null && row.start_date.getTime() === startDate.getTime()) return undefined
  throw new CodedError(
    'invalid_operation',
    `Subscription ${subscriptionId} is not a draft: it is ${row.subscription_status}`,
  )
}

/** Puts what a draft begins with in the place of what it had, in the caller's transaction. */
export async function replaceDraft(scoped: Scoped, creation: SubscriptionCreation, now: Date): Promise<void> {
  const { id, idempotency_key, request_hash, customer_id, plan_id, ...changes } = creation.subscription
  await scoped.db.deleteFrom('subscription_line_items').where('subscription_id', '=', id).execute()
  await scoped.db.deleteFrom('prices').where('subscription_id', '=', id).execute()
  const change = JSON.stringify([{ ...changes, draft_request: null }])
  const update = sql`
    update subscriptions s set start_date = n.start_date, end_date = n.end_date, billing_anchor = n.billing_anchor,
      current_period_start = n.current_period_start, current_period_end = n.current_period_end,
      subscription_status = n.subscription_status, trial_start = n.trial_start, trial_end = n.trial_end,
      bill_from = n.bill_from, next_billing_at = n.next_billing_at, timezone = n.timezone, draft_request = null, activated_at = ${now},
      synced_price_sequence = n.synced_price_sequence, warnings = n.warnings, version = s.version + 1, updated_at = ${now},
      updated_by = ${scoped.scope.userId}
    from json_populate_recordset(null::subscriptions, ${change}::json) n where s.id = ${id}
      and s.environment_id = ${scoped.scope.environmentId}`
  await insertLinesWith(scoped, [creation], update, now)
  await writeGrants(scoped, [creation], now)
  await openInvoices(scoped, [creation], now)
}
