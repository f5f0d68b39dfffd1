import { type Kysely, sql } from 'kysely'

/**
 * What is due no longer falls with payments: what remains and what was overpaid are columns of their own. A draft
 * keeps the grid that it was rated on and when that was. A subscription keeps what its creation warned of.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table invoices
      drop constraint invoices_amount_due,
      -- What credits of any kind have lowered what is due by.
      add column adjustment_amount numeric(38, 18) not null default 0 check (adjustment_amount >= 0),
      -- The grid that its usage is rated on; null where an older version wrote it, and for one of no subscription.
      add column billing_anchor timestamptz(3),
      add column billing_period_count integer check (billing_period_count >= 1),
      add column timezone text,
      -- When its lines were written last.
      add column last_computed_at timestamptz(3);
    update invoices i set amount_due = i.total, billing_anchor = s.billing_anchor,
      billing_period_count = s.billing_period_count, timezone = s.timezone,
      last_computed_at = case when i.invoice_status = 'DRAFT' then i.updated_at
        else coalesce(i.finalized_at, i.created_at) end
    from subscriptions s where s.environment_id = i.environment_id and s.id = i.subscription_id;
    update invoices set amount_due = total where subscription_id is null;
    alter table invoices
      add constraint invoices_amount_due check (amount_due = total - adjustment_amount),
      add column amount_remaining numeric(38, 18) not null
        generated always as (greatest(amount_due - amount_paid, 0)) stored,
      add column overpaid_amount numeric(38, 18) not null
        generated always as (greatest(amount_paid - amount_due, 0)) stored;
    -- Texts, as the creation answered them.
    alter table subscriptions
      add column warnings jsonb not null default '[]' check (jsonb_typeof(warnings) = 'array');
  `.execute(db)
}
