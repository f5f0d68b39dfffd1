import { type Kysely, sql } from 'kysely'

/**
 * What a price refers to exists, in its own environment. Checked at the end of the transaction: a price names its
 * successor before that is there, and a creation may write prices before their subscription.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table prices
      add constraint prices_subscription foreign key (environment_id, subscription_id)
        references subscriptions (environment_id, id) deferrable initially deferred,
      add constraint prices_root foreign key (environment_id, root_price_id)
        references prices (environment_id, id) deferrable initially deferred,
      add constraint prices_successor foreign key (environment_id, successor_price_id)
        references prices (environment_id, id) deferrable initially deferred,
      add constraint prices_overridden foreign key (environment_id, overridden_price_id)
        references prices (environment_id, id) deferrable initially deferred;
    -- The first price of an override's own chain; its successors replace the same plan price.
    create unique index prices_override_unique on prices (subscription_id, overridden_price_id)
      where overridden_price_id is not null and id = root_price_id;
  `.execute(db)
}
