import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { now } from './catalog-rows.ts'

/**
 * As many rows of each resource as asked for, all in the handle's environment and each of them alike the
 * others in some way: every plan has a hundredth of the prices and subscriptions, every tenth price is a
 * subscription's own, and so on. Rows are numbered from 1.
 */
// tidy: long because it is a list: one insert a resource.
export async function fillSearchWorld({ db, scope: { environmentId } }: Scoped, rows: number): Promise<void> {
  const head = sql`environment_id, created_at, updated_at, created_by, updated_by`
  const at = sql`${now}::timestamptz + n * interval '1 minute'`
  const tail = sql`${environmentId}, ${at}, ${at}, 'u' || n % 10, 'u' from generate_series(1, ${rows}::int) n`
  const id = (kind: string, n: RawBuilder<unknown> = sql`n`) => searchWorldIdSql(environmentId, kind, n)
  const plan = id('plan', sql`1 + n % ${Math.min(rows, 100)}::int`)
  const isOwn = sql`n % 10 = 0`
  const inserts = [
    sql`insert into customers (id, external_id, name, email, metadata, ${head})
      select ${id('cust')}, 'ext-' || n, 'customer ' || n, n || '@a.example', jsonb_build_object('team', n % 10), ${tail}`,
    sql`insert into plans (id, name, lookup_key, display_order, metadata, ${head})
      select ${id('plan')}, 'plan ' || n, 'key-' || n, n, jsonb_build_object('team', n % 10), ${tail}`,
    sql`insert into groups (id, name, lookup_key, entity_type, ${head})
      select ${id('group')}, 'group ' || n, 'key-' || n, 'price', ${tail}`,
    sql`insert into meters (id, name, event_name, aggregation_type, reset_usage, ${head})
      select ${id('meter')}, 'm', 'event ' || n % 100, 'COUNT', 'NEVER', ${tail}`,
    sql`insert into features (id, name, type, meter_id, lookup_key, ${head})
      select ${id('feat')}, 'feature ' || n, 'metered', ${id('meter')}, 'key-' || n, ${tail}`,
    sql`insert into subscriptions (id, customer_id, plan_id, currency, billing_period, billing_anchor, start_date,
        current_period_start, current_period_end, subscription_status, trial_start, trial_end, synced_price_sequence, ${head})
      select ${id('subs')}, ${id('cust')}, ${plan}, 'usd', 'MONTHLY', ${at}, ${at}, ${at}, ${at} + interval '1 month',
        (array['active', 'trialing', 'cancelled'])[1 + n % 3], ${at}, ${at} + interval '7 days', 0, ${tail}`,
    sql`insert into subscription_schedules (id, subscription_id, schedule_type, schedule_status, scheduled_at, configuration,
        cancelled_at, ${head})
      select ${id('sched')}, ${id('subs')}, (array['plan_change', 'cancellation'])[1 + n % 2],
        case when n % 3 = 0 then 'pending' else 'cancelled' end, ${at}, '{}', case when n % 3 > 0 then ${at} end, ${tail}`,
    sql`insert into prices (id, root_price_id, plan_id, subscription_id, overridden_price_id, type, billing_model, amount,
        currency, billing_period, invoice_cadence, meter_id, start_date, lookup_key, ${head})
      select ${id('price')}, ${id('price')}, case when not ${isOwn} then ${plan} end, case when ${isOwn} then ${id('subs')} end,
        case when n % 20 = 0 then ${id('price', sql`n - 1`)} end, 'USAGE', 'FLAT_FEE', n, 'usd', 'MONTHLY', 'ARREAR',
        ${id('meter')}, ${at}, 'key-' || n, ${tail}`,
    sql`insert into entitlements (id, plan_id, subscription_id, feature_id, feature_type, is_enabled, is_soft_limit, ${head})
      select ${id('ent')}, case when not ${isOwn} then ${plan} end, case when ${isOwn} then ${id('subs')} end,
        ${id('feat')}, 'metered', true, false, ${tail}`,
    sql`insert into subscription_line_items (id, subscription_id, price_id, quantity, start_date, ${head})
      select ${id('subli')}, ${id('subs')}, ${id('price')}, n, ${at}, ${tail}`,
    sql`insert into invoices (id, customer_id, subscription_id, invoice_type, billing_reason, invoice_status,
        payment_status, currency, period_start, period_end, subtotal, total, amount_due, finalized_at, invoice_number, ${head})
      select ${id('inv')}, ${id('cust')}, ${id('subs')}, 'SUBSCRIPTION', 'SUBSCRIPTION_CYCLE',
        case when n % 2 = 0 then 'FINALIZED' else 'DRAFT' end, 'PENDING', 'usd', ${at}, ${at} + interval '1 month', n, n, n,
        case when n % 2 = 0 then ${at} end, case when n % 2 = 0 then 'INV-' || n end, ${tail}`,
    sql`insert into wallets (id, customer_id, currency, conversion_rate, topup_conversion_rate, credit_balance, ${head})
      select ${id('wallet')}, ${id('cust')}, 'usd', 1, 1, n, ${tail}`,
    sql`insert into wallet_transactions (id, wallet_id, customer_id, position, type, transaction_status, transaction_reason,
        currency, credit_amount, amount, credit_balance_before, credit_balance_after, conversion_rate,
        topup_conversion_rate, priority, expiry_date, reference_type, reference_id, origin, idempotency_key, ${head})
      select ${id('wtxn')}, ${id('wallet')}, ${id('cust')}, 1, 'credit', 'completed', 'FREE_CREDIT_GRANT', 'usd', n, n, 0, n,
        1, 1, n % 10, ${at}, 'EXTERNAL', 'ref-' || n, 'top_up', 'key-' || n, ${tail}`,
    sql`insert into wallet_credits (id, wallet_id, credit_amount, credits_available, priority, expiry_date, is_purchased,
        environment_id)
      select ${id('wtxn')}, ${id('wallet')}, n, n, n % 10, ${at}, false, ${environmentId} from generate_series(1, ${rows}::integer) n`,
    sql`insert into payments (id, invoice_id, customer_id, payment_method_type, payment_status, currency, amount,
        succeeded_at, ${head})
      select ${id('pay')}, ${id('inv')}, ${id('cust')}, 'OFFLINE', 'SUCCEEDED', 'usd', n, ${at}, ${tail}`,
    sql`insert into credit_notes (id, invoice_id, customer_id, credit_note_status, credit_note_type, reason, currency,
        total_amount, ${head})
      select ${id('crnote')}, ${id('inv')}, ${id('cust')}, 'DRAFT', 'REFUND', 'DUPLICATE', 'usd', n, ${tail}`,
    sql`insert into refunds (id, credit_note_id, invoice_id, payment_id, currency, amount, refund_destination,
        refund_reason, refund_status, succeeded_at, ${head})
      select ${id('refund')}, ${id('crnote')}, ${id('inv')}, ${id('pay')}, 'usd', n, 'OUT_OF_BAND', 'OTHER', 'SUCCEEDED',
        ${at}, ${tail}`,
    sql`insert into file_uploads (id, store_key, size, sha256, environment_id, created_at, created_by)
      values (${`upload_${environmentId}`}, 'key', 1, repeat('0', 64), ${environmentId}, ${now}, 'u')`,
    sql`insert into import_tasks (id, idempotency_key, request_hash, entity_type, file_type, file_provider, upload_id,
        metadata, dry_run, track_progress, workflow_id, ${head})
      select ${id('task')}, 'key-' || n, 'hash', (array['EVENTS', 'CUSTOMERS'])[1 + n % 2], 'CSV', 'upload',
        ${`upload_${environmentId}`}, '{}', false, false, 'task:' || n, ${tail}`,
    sql`insert into api_keys (id, name, key_hash, display_id, user_id, tenant_id, environment_id)
      select ${id('key')}, 'key ' || n, sha256(convert_to(${environmentId} || n, 'UTF8')), 'sk_', 'u', e.tenant_id, e.id
      from environments e, generate_series(1, ${rows}::int) n where e.id = ${environmentId}`,
  ]
  for (const insert of inserts) await insert.execute(db)
}

/** The id of the row of that number and kind. */
export function searchWorldId({ scope }: Scoped, kind: string, number: number): string {
  return `${kind}_${scope.environmentId}_${String(number).padStart(8, '0')}`
}

function searchWorldIdSql(environmentId: string, kind: string, n: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${`${kind}_${environmentId}_`} || lpad((${n})::text, 8, '0'))`
}
