import { type Kysely, sql } from 'kysely'

/**
 * Many events share one instant, as usage does that was summed up by days: pages go on behind an instant and an id, and
 * find their place in the index.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index events_order on events (environment_id, timestamp, event_id);
    drop index events_timestamp;
  `.execute(db)
}
