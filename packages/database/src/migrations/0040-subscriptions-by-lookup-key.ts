import { type Kysely, sql } from 'kysely'

/** An import asks for each of its rows whether the subscription is there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index subscriptions_lookup_key on subscriptions (environment_id, lookup_key)
    where lookup_key is not null`.execute(db)
}
