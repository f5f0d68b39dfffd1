import { type Kysely, sql } from 'kysely'

/**
 * Boolean and static entitlements keep a usage limit and its reset period, as clients of the contract send them; a
 * voided invoice knows the one that was made in its place.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table entitlements drop constraint entitlements_terms;
    alter table entitlements add constraint entitlements_terms check (
      (feature_type <> 'config' or num_nonnulls(usage_limit, usage_reset_period) = 0)
      and (feature_type = 'metered' or not is_soft_limit)
      and (feature_type = 'static') = (static_value is not null)
      and (feature_type = 'config') = (config_value is not null));

    alter table invoices add column recalculated_invoice_id text collate "C";
    alter table invoices add constraint invoices_recalculated foreign key (environment_id, recalculated_invoice_id)
      references invoices (environment_id, id);
    alter table invoices add constraint invoices_recalculated_when_voided
      check (recalculated_invoice_id is null or invoice_status = 'VOIDED');
  `.execute(db)
}
