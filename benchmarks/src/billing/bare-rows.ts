import { chargedSql } from '../calculate/bare-statement.ts'

/**
 * An invoice of each due subscription with its lines and history, and the subscriptions moved on: one statement, which
 * knows the prices by heart and explains nothing. Ids begin with $1; the rest is as of `chargedSql`.
 *
 * @param how all that is due, closed at once with its numbers; or one subscription's, left as a draft
 */
export function bareRows({ one = false } = {}): string {
  const [status, number, closed] = one
    ? ["'DRAFT'", 'null', 'null::timestamptz']
    : ["'FINALIZED'", "to_char(now(), '\"INV-\"YYYYMM-') || lpad(n::text, 6, '0')", 'now()']
  return `${chargedSql({ one })}, billed as (
    select id, environment_id, customer_id, currency, sum(amount) as total, row_number() over (order by id) as n
    from charged group by id, environment_id, customer_id, currency
  ), invoice as (
    insert into invoices (id, environment_id, customer_id, subscription_id, invoice_type, billing_reason,
      invoice_status, payment_status, invoice_number, billing_sequence, currency, billing_period,
      billing_period_count, billing_anchor, timezone, period_start, period_end, subtotal, total, amount_due,
      issue_date, finalized_at, last_computed_at, usage_snapshot, created_at, updated_at, created_by, updated_by)
    select ${idOf('inv')}, environment_id, customer_id, id, 'SUBSCRIPTION', 'SUBSCRIPTION_CYCLE',
      ${status}, 'PENDING', ${number}, 2, currency, 'MONTHLY', 1, $3, 'UTC', $3, $4, total, total, total,
      ${closed}, ${closed}, now(), pg_current_snapshot(), ${madeBy}
    from billed
  ), line as (
    insert into invoice_line_items (id, environment_id, invoice_id, customer_id, subscription_id,
      subscription_line_item_id, plan_id, price_id, price_type, display_name, plan_display_name, currency, quantity,
      amount, period_start, period_end, explanation, created_at, updated_at, created_by, updated_by)
    select 'invli_' || $1 || l.line_id, l.environment_id, ${idOf('inv')}, l.customer_id, l.id, l.line_id, l.plan_id,
      l.price_id, l.type, l.display_name, 'Book', l.currency, l.quantity, l.amount, l.starts, l.ends, '{}', ${madeBy}
    from charged l join billed using (id)
  ), history as (
    insert into invoice_history (id, environment_id, invoice_id, field, from_value, to_value, changed_at, changed_by)
    select ${idOf('invch')} || before, environment_id, ${idOf('inv')}, 'invoice_status', nullif(before, ''), after,
      now(), 'bench'
    from billed, (values ('', 'DRAFT')${one ? '' : ", ('DRAFT', 'FINALIZED')"}) as change (before, after)
  )${one ? '' : `, number as (${takeNumbers('select environment_id, count(*) as taken from billed group by 1')})`}
  update subscriptions s set current_period_start = $4, current_period_end = $4::timestamptz + interval '1 month',
    next_billing_at = $4::timestamptz + interval '1 month', version = s.version + 1, updated_at = now(),
    updated_by = 'bench'
  from billed b where s.environment_id = b.environment_id and s.id = b.id`
}

const madeBy = "now(), now(), 'bench', 'bench'"

function idOf(prefix: string): string {
  return `'${prefix}_' || $1 || lpad(n::text, 8, '0')`
}

/** @param taken a query of environments with how many numbers each takes */
export function takeNumbers(taken: string): string {
  return `insert into invoice_number_counters as c (environment_id, month, last_number)
    select environment_id, to_char(now(), 'YYYYMM'), taken from (${taken}) t
    on conflict (environment_id, month) do update set last_number = c.last_number + excluded.last_number
    returning last_number`
}
