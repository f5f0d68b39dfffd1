import { type Kysely, sql } from 'kysely'

/** Changes of running subscriptions, and by which of them a line came, went, or was charged. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table subscription_changes (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      kind text not null check (kind in ('plan_change', 'quantity_change', 'line_item_change', 'lines', 'cancellation',
        'pause', 'resume', 'trial_end')),
      -- The caller's, or one that was drawn for its request: the same one is the same change, for ever.
      idempotency_key text collate "C",
      request_hash text,
      effective_at timestamptz(3) not null,
      from_plan_id text collate "C" not null,
      to_plan_id text collate "C" not null,
      proration_behavior text not null check (proration_behavior in ('create_prorations', 'none')),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      -- What was charged beyond what was credited; below 0 it came back.
      net_amount numeric(38, 18) not null,
      -- What whoever asked was answered.
      result jsonb not null check (jsonb_typeof(result) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint subscription_changes_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id)
    );
    create unique index subscription_changes_idempotency_key_unique
      on subscription_changes (environment_id, idempotency_key) where idempotency_key is not null;
    create index subscription_changes_subscription_id on subscription_changes (subscription_id, id);

    alter table subscription_line_items
      -- By which changes it came and went.
      add column opened_by_change text collate "C",
      add column closed_by_change text collate "C",
      -- The line of another price that it carries on as one chain: it bills the same, or its usage goes on.
      add column carries_line_id text collate "C";

    alter table invoice_line_items
      -- Of a change's invoice. A line that comes, goes and comes again in one instant is charged each time.
      add column change_id text collate "C";
    drop index invoice_line_items_span_unique;
    create unique index invoice_line_items_span_unique on invoice_line_items
      (subscription_line_item_id, period_start, period_end)
      where subscription_line_item_id is not null and late_of is null and change_id is null and not is_credit
        and not is_voided;
    create index invoice_line_items_change_charges on invoice_line_items (subscription_line_item_id)
      where change_id is not null and not is_credit;

    alter table subscription_changes enable row level security;
    create policy environment_isolation on subscription_changes
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
