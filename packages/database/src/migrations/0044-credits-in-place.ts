import { type Kysely, sql } from 'kysely'

/**
 * Spending credits writes a debit, what it takes of which credits, and what is left of those. Where something is left, a
 * credit's row changes in its place: its indexes ask whether it has credits, and no more how many, and its page has
 * room. What the rows refer to is looked at once for all rows of a statement, as of invoices (decision 59).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await checkTogether(db)
  await sql`
    alter table wallets set (fillfactor = 80);
    alter table wallet_transactions set (fillfactor = 80);
    alter table wallet_transactions
      add column has_credits boolean not null generated always as (credits_available > 0) stored;
    drop index wallet_transactions_available;
    create index wallet_transactions_available on wallet_transactions (wallet_id, id) where has_credits;
    drop index wallet_transactions_expiry;
    create index wallet_transactions_expiry on wallet_transactions (environment_id, expiry_date)
      where has_credits and expiry_date is not null;

    -- As it was, by the index.
    create or replace function expired_credits(of_environment text, now timestamptz)
      returns table (wallet_id text, credit_id text, expiry_date timestamptz)
      language sql stable
      as $$
        select c.wallet_id, c.id, c.expiry_date
        from public.wallet_transactions c
        where c.environment_id = of_environment and c.expiry_date <= now and c.has_credits
          and not exists (select from public.invoices i where i.environment_id = of_environment
            and i.customer_id = c.customer_id and i.currency = c.currency and i.invoice_status = 'DRAFT'
            and i.period_end <= c.expiry_date)
          and not exists (select from public.subscriptions s where s.environment_id = of_environment
            and s.customer_id = c.customer_id and s.currency = c.currency and s.status <> 'deleted'
            and s.subscription_status in ('active', 'trialing', 'paused') and s.next_billing_at <= c.expiry_date)
      $$;
  `.execute(db)
}

async function checkTogether(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function check_wallets_are_there() returns trigger language plpgsql set enable_seqscan = off as $$
      declare
        missing text;
      begin
        select n.wallet_id into missing
        from (select distinct environment_id, wallet_id from inserted) n
        where (select w.id from public.wallets w
          where w.environment_id = n.environment_id and w.id = n.wallet_id offset 0) is null
        limit 1;
        if found then
          raise foreign_key_violation using constraint = 'wallet_transactions_wallet', table = tg_table_name,
            message = format('a transaction is of the wallet %s, which is not there', missing);
        end if;
        return null;
      end $$;
    create function check_credits_are_there() returns trigger language plpgsql set enable_seqscan = off as $$
      declare
        missing text;
      begin
        select n.id into missing
        from (select environment_id, transaction_id as id from inserted
          union select environment_id, credit_transaction_id from inserted) n
        where (select t.id from public.wallet_transactions t
          where t.environment_id = n.environment_id and t.id = n.id offset 0) is null
        limit 1;
        if found then
          raise foreign_key_violation using constraint = 'wallet_consumptions_transaction', table = tg_table_name,
            message = format('a consumption refers to the transaction %s, which is not there', missing);
        end if;
        return null;
      end $$;

    alter table wallet_transactions drop constraint wallet_transactions_wallet;
    create trigger wallet_transactions_wallet after insert on wallet_transactions referencing new table as inserted
      for each statement execute function check_wallets_are_there();
    create trigger wallet_transactions_stay before delete or update of environment_id, id, wallet_id
      on wallet_transactions for each row execute function keep_reference('wallet_transactions_wallet');
    create trigger wallets_stay before delete or update of environment_id, id on wallets for each row
      execute function keep_reference('wallet_transactions_wallet');

    alter table wallet_consumptions
      drop constraint wallet_consumptions_transaction,
      drop constraint wallet_consumptions_credit;
    create trigger wallet_consumptions_credits after insert on wallet_consumptions referencing new table as inserted
      for each statement execute function check_credits_are_there();
    create trigger wallet_consumptions_stay before update of environment_id, transaction_id, credit_transaction_id
      on wallet_consumptions for each row execute function keep_reference('wallet_consumptions_transaction');
  `.execute(db)
}
