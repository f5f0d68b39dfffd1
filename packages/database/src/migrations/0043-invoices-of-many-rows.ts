import { type Kysely, sql } from 'kysely'

/**
 * What a billing run writes most of is an invoice's lines and history. A foreign key looks each row's invoice up by itself
 * and locks it, five times for five lines, while the statement holds the counter of numbers: a tenth of what a run costs
 * PostgreSQL. Here all rows of a statement are looked at together, each invoice once; the invoices that they refer to
 * are there for ever (decision 59).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- An invoice's customer is of the same environment and refers to it; that one row of all was locked for each invoice.
    alter table invoices drop constraint invoices_environment_id_fkey;

    -- By the primary key whatever statistics say: of a subquery behind OFFSET nothing is joined, or read whole.
    create function check_invoices_are_there() returns trigger language plpgsql set enable_seqscan = off as $$
      declare
        missing text;
      begin
        select n.invoice_id into missing
        from (select distinct environment_id, invoice_id from inserted) n
        where (select i.id from public.invoices i
          where i.environment_id = n.environment_id and i.id = n.invoice_id offset 0) is null
        limit 1;
        if found then
          raise foreign_key_violation using constraint = tg_argv[0], table = tg_table_name,
            message = format('a row of %s refers to the invoice %s, which is not there', tg_table_name, missing);
        end if;
        return null;
      end $$;

    -- Of a reference that is checked as its row is written, and of what is referred to.
    create function keep_reference() returns trigger language plpgsql as $$
      begin
        raise foreign_key_violation using constraint = tg_argv[0], table = tg_table_name,
          message = format('a row of %s is there for ever, and refers to what it always did', tg_table_name);
      end $$;

    alter table invoice_line_items drop constraint invoice_line_items_invoice;
    create trigger invoice_line_items_invoice after insert on invoice_line_items referencing new table as inserted
      for each statement execute function check_invoices_are_there('invoice_line_items_invoice');
    create trigger invoice_line_items_keep_invoice before update of environment_id, invoice_id on invoice_line_items
      for each row execute function keep_reference('invoice_line_items_invoice');

    alter table invoice_history drop constraint invoice_history_invoice;
    create trigger invoice_history_invoice after insert on invoice_history referencing new table as inserted
      for each statement execute function check_invoices_are_there('invoice_history_invoice');
    create trigger invoice_history_keep_invoice before update of environment_id, invoice_id on invoice_history
      for each row execute function keep_reference('invoice_history_invoice');

    create trigger invoices_stay before delete or update of environment_id, id on invoices for each row
      execute function keep_reference('invoice_line_items_invoice');
  `.execute(db)
}
