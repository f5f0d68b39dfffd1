import { type Kysely, sql } from 'kysely'

/** What was paid on invoices, by whichever way it came. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table payments (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      invoice_id text collate "C" not null,
      customer_id text collate "C" not null,
      -- The caller's, for ever: the same one is the same payment.
      idempotency_key text collate "C",
      request_hash text,
      payment_method_type text not null check (payment_method_type in ('OFFLINE', 'CREDITS')),
      payment_status text not null check (payment_status in ('INITIATED', 'SUCCEEDED', 'FAILED', 'VOIDED')),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      amount numeric(38, 18) not null check (amount > 0),
      error_message text,
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      succeeded_at timestamptz(3),
      failed_at timestamptz(3),
      voided_at timestamptz(3),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint payments_invoice foreign key (environment_id, invoice_id) references invoices (environment_id, id),
      constraint payments_state check (case payment_status
        when 'SUCCEEDED' then succeeded_at is not null and voided_at is null
        when 'VOIDED' then voided_at is not null
        when 'FAILED' then failed_at is not null
        else succeeded_at is null and voided_at is null end)
    );
    create unique index payments_idempotency_key_unique on payments (environment_id, idempotency_key)
      where idempotency_key is not null;
    create index payments_invoice_id on payments (invoice_id, id);

    alter table payments enable row level security;
    create policy environment_isolation on payments
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
