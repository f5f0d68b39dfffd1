import { type Kysely, sql } from 'kysely'

/** Credit notes by line, what they lower, what they give back, and their numbers. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table credit_notes (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      invoice_id text collate "C" not null,
      customer_id text collate "C" not null,
      subscription_id text collate "C",
      -- The caller's, for ever: the same one is the same note.
      idempotency_key text collate "C",
      request_hash text,
      -- Given at finalization, without gaps: credit_note_number_counters says which comes next.
      credit_note_number text collate "C",
      credit_note_status text not null check (credit_note_status in ('DRAFT', 'FINALIZED', 'VOIDED')),
      -- Of a draft what it would be by now.
      credit_note_type text not null check (credit_note_type in ('ADJUSTMENT', 'REFUND')),
      reason text not null check (reason in ('DUPLICATE', 'FRAUDULENT', 'ORDER_CHANGE', 'UNSATISFACTORY', 'SERVICE_ISSUE',
        'BILLING_ERROR', 'SUBSCRIPTION_CANCELLATION')),
      refund_target text check (refund_target in ('PREPAID_WALLET', 'BACK_TO_SOURCE')),
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      -- Of its lines, after discount and tax.
      total_amount numeric(38, 18) not null check (total_amount > 0),
      memo text not null default '',
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      finalized_at timestamptz(3),
      voided_at timestamptz(3),
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint credit_notes_invoice foreign key (environment_id, invoice_id) references invoices (environment_id, id),
      constraint credit_notes_state check (case credit_note_status
        when 'FINALIZED' then credit_note_number is not null and finalized_at is not null and voided_at is null
        when 'VOIDED' then voided_at is not null
        else credit_note_number is null and finalized_at is null and voided_at is null end)
    );
    create unique index credit_notes_idempotency_key_unique on credit_notes (environment_id, idempotency_key)
      where idempotency_key is not null;
    create unique index credit_notes_number_unique on credit_notes (environment_id, credit_note_number)
      where credit_note_number is not null;
    create index credit_notes_invoice_id on credit_notes (invoice_id, id);

    create table credit_note_line_items (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      credit_note_id text collate "C" not null,
      invoice_line_item_id text collate "C" not null references invoice_line_items (id),
      -- The line itself, or of late usage the one that it was added to: what all of those were billed is credited once.
      first_line_id text collate "C" not null,
      display_name text not null default '',
      -- Before discount and tax, of which the other two are its shares.
      amount numeric(38, 18) not null check (amount > 0),
      discount numeric(38, 18) not null check (discount between 0 and amount),
      tax numeric(38, 18) not null check (tax >= 0),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint credit_note_line_items_note foreign key (environment_id, credit_note_id)
        references credit_notes (environment_id, id)
    );
    create unique index credit_note_line_items_line_unique on credit_note_line_items
      (credit_note_id, invoice_line_item_id);
    create index credit_note_line_items_first_line_id on credit_note_line_items (first_line_id);

    create table refunds (
      id text collate "C" not null,
      environment_id text collate "C" not null,
      credit_note_id text collate "C" not null,
      invoice_id text collate "C" not null,
      -- Whose money goes back.
      payment_id text collate "C" not null,
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      amount numeric(38, 18) not null check (amount > 0),
      refund_destination text not null check (refund_destination in ('OUT_OF_BAND')),
      refund_reason text not null check (refund_reason in ('DUPLICATE', 'FRAUDULENT', 'REQUESTED_BY_CUSTOMER',
        'ORDER_CHANGE', 'SERVICE_ISSUE', 'OTHER')),
      refund_status text not null check (refund_status in ('SUCCEEDED')),
      succeeded_at timestamptz(3) not null,
      status text not null default 'published' check (status in ('published', 'archived', 'deleted')),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      primary key (environment_id, id),
      constraint refunds_note foreign key (environment_id, credit_note_id) references credit_notes (environment_id, id),
      constraint refunds_payment foreign key (environment_id, payment_id) references payments (environment_id, id)
    );
    create index refunds_invoice_id on refunds (invoice_id, id);
    create index refunds_payment_id on refunds (payment_id, id);
    create index refunds_credit_note_id on refunds (credit_note_id, id);

    -- The last number given, per environment and UTC month (YYYYMM), held as the invoices' is.
    create table credit_note_number_counters (
      environment_id text collate "C" not null references environments (id),
      month text collate "C" not null check (month ~ '^[0-9]{6}$'),
      last_number bigint not null check (last_number >= 1),
      primary key (environment_id, month)
    );

    alter table invoices
      -- What was given back of what was paid, by whichever way.
      add column refunded_amount numeric(38, 18) not null default 0 check (refunded_amount >= 0);

    alter table invoice_adjustments
      alter column late_credit_id drop not null,
      add column credit_note_id text collate "C",
      -- What the invoice had been paid as it was lowered: paid more since, it cannot be raised again.
      add column paid_before numeric(38, 18) not null default 0 check (paid_before >= 0),
      -- Its note was voided: it lowers the invoice no more.
      add column voided_at timestamptz(3),
      add constraint invoice_adjustments_credit_note foreign key (environment_id, credit_note_id)
        references credit_notes (environment_id, id),
      add constraint invoice_adjustments_one_source check (num_nonnulls(late_credit_id, credit_note_id) = 1);
    create index invoice_adjustments_credit_note_id on invoice_adjustments (credit_note_id)
      where credit_note_id is not null;

    alter table credit_notes enable row level security;
    alter table credit_note_line_items enable row level security;
    alter table refunds enable row level security;
    alter table credit_note_number_counters enable row level security;
    create policy environment_isolation on credit_notes
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on credit_note_line_items
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on refunds
      using (environment_id = (select current_setting('app.environment_id', true)));
    create policy environment_isolation on credit_note_number_counters
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
