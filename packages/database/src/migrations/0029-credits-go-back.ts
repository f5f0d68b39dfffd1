import { type Kysely, sql } from 'kysely'

/** One way in which credit goes back: what is due, then the credits that paid, then the wallet or the payments. */
// tidy: long because the schema of one area is read as one text.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What a change, a cancellation, a pause or an edit of lines credits of a line that was billed.
    create table line_credits (
      id text collate "C" primary key,
      environment_id text collate "C" not null,
      subscription_id text collate "C" not null,
      -- The invoice that billed, and its line.
      invoice_id text collate "C" not null,
      invoice_line_item_id text collate "C" not null references invoice_line_items (id),
      -- The line itself, or of late usage the one that it was added to.
      first_line_id text collate "C" not null,
      -- What credits it: a change's id, say.
      source_id text collate "C" not null,
      currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
      -- Before discount and tax, of which the other two are its shares.
      amount numeric(38, 18) not null check (amount > 0),
      discount numeric(38, 18) not null check (discount between 0 and amount),
      tax numeric(38, 18) not null check (tax >= 0),
      -- What of it after both its own source charges anew: a credit line of that invoice. Only the rest goes back.
      netted_amount numeric(38, 18) not null check (netted_amount between 0 and amount - discount + tax),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      created_by text not null,
      updated_by text not null,
      constraint line_credits_invoice foreign key (environment_id, invoice_id) references invoices (environment_id, id),
      constraint line_credits_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id)
    );
    -- A source credits a line once.
    create unique index line_credits_source_unique on line_credits (source_id, invoice_line_item_id);
    create index line_credits_first_line_id on line_credits (first_line_id);
    create index line_credits_invoice_id on line_credits (invoice_id);
    create index line_credits_subscription_id on line_credits (subscription_id, id);

    alter table invoice_adjustments
      add column line_credit_id text collate "C" references line_credits (id),
      drop constraint invoice_adjustments_one_source,
      add constraint invoice_adjustments_one_source
        check (num_nonnulls(late_credit_id, credit_note_id, line_credit_id) = 1);
    create index invoice_adjustments_line_credit_id on invoice_adjustments (line_credit_id)
      where line_credit_id is not null;

    alter table refunds
      alter column credit_note_id drop not null,
      add column late_credit_id text collate "C" references late_credits (id),
      add column line_credit_id text collate "C" references line_credits (id),
      add constraint refunds_one_credit check (num_nonnulls(credit_note_id, late_credit_id, line_credit_id) = 1),
      -- Whose money goes back, if it was this invoice's.
      alter column payment_id drop not null,
      -- What had paid: money, credits, or another invoice's credit that lowered this one.
      add column source text not null default 'PAYMENT' check (source in ('PAYMENT', 'CREDITS', 'ADJUSTMENT')),
      add constraint refunds_source check (case source when 'PAYMENT' then payment_id is not null
        when 'ADJUSTMENT' then payment_id is null else true end),
      drop constraint refunds_refund_destination_check,
      add constraint refunds_refund_destination_check check (refund_destination in ('OUT_OF_BAND', 'WALLET')),
      -- Of what went into a wallet: where it is now.
      add column wallet_id text collate "C",
      add constraint refunds_wallet foreign key (environment_id, wallet_id) references wallets (environment_id, id),
      add constraint refunds_destination check ((refund_destination = 'WALLET') = (wallet_id is not null));
    create index refunds_late_credit_id on refunds (late_credit_id) where late_credit_id is not null;
    create index refunds_line_credit_id on refunds (line_credit_id) where line_credit_id is not null;

    alter table wallet_transactions
      -- Of a debit, in money: what of it has come back.
      add column amount_returned numeric(38, 18) not null default 0 check (amount_returned between 0 and amount),
      add constraint wallet_transactions_returned check (type = 'debit' or amount_returned = 0);
    -- Until now what came back did so wholly.
    update wallet_transactions d set amount_returned = amount
      where type = 'debit' and exists (select from wallet_consumptions u
        where u.environment_id = d.environment_id and u.transaction_id = d.id and u.credits_returned > 0);

    alter table line_credits enable row level security;
    create policy environment_isolation on line_credits
      using (environment_id = (select current_setting('app.environment_id', true)));
  `.execute(db)
}
