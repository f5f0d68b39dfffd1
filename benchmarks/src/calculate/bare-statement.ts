import { newId } from '@flexprice/database/connection'
import type { BenchStack } from '../bench-stack.ts'
import { type Book, period } from './book.ts'

/**
 * The floor: one statement that gives the same amounts, a row a subscription in the product's own table, under
 * its role and row security. It knows the prices' figures by heart, and explains nothing: its lines have what
 * they charge and for what, but not how it came about.
 */
export async function bareStatement(
  { owner, scoped }: BenchStack,
  { planId, prices }: Book,
): Promise<{ calculationId: string; statement: { text: string; values: readonly unknown[] } }> {
  const calculationId = newId('calculation')
  await owner.query(
    `insert into calculations (id, environment_id, idempotency_key, request_hash, plan_id, creates_drafts, pinned_at,
      created_at, updated_at, created_by, updated_by)
    values ($1, $2, $1, '', $3, false, now(), now(), now(), 'bench', 'bench')`,
    [calculationId, scoped.scope.environmentId, planId],
  )
  return {
    calculationId,
    statement: {
      text,
      values: [calculationId, planId, period.start, period.end, prices.calls, prices.bytes],
    },
  }
}

/**
 * The charges of a plan's due subscriptions, `charged`, a row a line: $2 the plan, $3 and $4 the period, $5 and $6
 * the metered prices. With `one`, of subscription $7 alone, whose customer's external id is $8.
 */
export function chargedSql({ one = false } = {}): string {
  return `
  with used as (
    select external_customer_id, count(*) filter (where event_name = 'call') as calls,
      coalesce(sum((properties ->> 'bytes')::numeric) filter (where event_name = 'upload'), 0) as bytes
    from events
    where event_name in ('call', 'upload') and timestamp >= $3::timestamptz and timestamp < $4::timestamptz${one ? ' and external_customer_id = $8' : ''}
    group by 1
  ), charged as (
    select s.id, s.environment_id, s.customer_id, c.external_id, s.plan_id, s.currency,
      l.id as line_id, p.id as price_id, p.type, p.display_name,
      case l.price_id when $5 then u.calls when $6 then u.bytes else l.quantity end as quantity,
      round(case l.price_id
        when $5 then 0.0125 * u.calls
        when $6 then case when u.bytes > 0
          then 1 + 0.03 * least(u.bytes, 100) + 0.0111 * greatest(u.bytes - 100, 0) else 0 end
        else l.quantity * p.amount end, 2) as amount,
      case when p.invoice_cadence = 'ADVANCE' then s.current_period_end else s.current_period_start end as starts,
      case when p.invoice_cadence = 'ADVANCE' then s.current_period_end + interval '1 month'
        else s.current_period_end end as ends
    from subscriptions s
    join customers c on c.environment_id = s.environment_id and c.id = s.customer_id
    join subscription_line_items l on l.subscription_id = s.id
    join prices p on p.environment_id = s.environment_id and p.id = l.price_id
    left join used u on u.external_customer_id = c.external_id
    where s.plan_id = $2 and s.status <> 'deleted' and s.subscription_status in ('active', 'trialing')
      and s.next_billing_at <= $4${one ? ' and s.id = $7' : ''}
  )`
}

const text = `${chargedSql()}
  insert into calculation_items (calculation_id, subscription_id, environment_id, customer_id, external_customer_id,
    plan_id, currency, period_start, period_end, subtotal, total, lines)
  select $1, id, environment_id, customer_id, external_id, plan_id, currency, $3, $4, sum(amount), sum(amount),
    json_agg(json_build_object('subscription_line_item_id', line_id, 'price_id', price_id, 'price_type', type,
      'display_name', display_name, 'quantity', quantity, 'amount', amount, 'period_start', starts,
      'period_end', ends))
  from charged
  group by id, environment_id, customer_id, external_id, plan_id, currency`
