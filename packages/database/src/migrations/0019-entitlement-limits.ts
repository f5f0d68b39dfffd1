import { type Kysely, sql } from 'kysely'

/** Boolean and static entitlements keep a usage limit and its reset period, as clients of the contract send them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table entitlements drop constraint entitlements_terms;
    alter table entitlements add constraint entitlements_terms check (
      (feature_type <> 'config' or num_nonnulls(usage_limit, usage_reset_period) = 0)
      and (feature_type = 'metered' or not is_soft_limit)
      and (feature_type = 'static') = (static_value is not null)
      and (feature_type = 'config') = (config_value is not null));
  `.execute(db)
}
