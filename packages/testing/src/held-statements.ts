import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { TestDatabase } from './database.ts'

/** Statements of the application in an environment that are to wait, at the first row that they come to. */
export interface HeldPlace {
  readonly environmentId: string
  readonly table: string
  readonly on: 'read' | 'insert' | 'update'
  /** A condition on `new` and `old`, of writes only. */
  readonly when?: string
}

export interface HeldStatements extends AsyncDisposable {
  /** Resolves when so many sessions wait. */
  untilHeld(sessions: number): Promise<void>
  /** Lets them go on, and everybody who comes after them. */
  release(): Promise<void>
}

const untilMsMax = 90_000
const pollMs = 50

/**
 * Stops transactions at statements that are known, without a hook in what runs them: so a process can be killed, or
 * cut off, at exactly that place. They wait for locks that the test has, by triggers and, where they read, by a policy.
 */
export async function holdStatements(
  database: TestDatabase,
  places: readonly HeldPlace[],
): Promise<HeldStatements> {
  const holder = new pg.Client({ connectionString: database.ownerUrl })
  await holder.connect()
  await holder.query(waiting)
  for (const [index, place] of places.entries()) {
    await holder.query('select pg_advisory_lock(hashtext($1))', [place.environmentId])
    await holder.query(holdOf(place, `held_${index}`))
  }
  const countHeld = async () => {
    const { rows } = await holder.query<{ count: string }>(
      `select count(*) from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
    )
    return Number(rows[0]?.count)
  }
  return {
    async untilHeld(sessions) {
      const deadline = performance.now() + untilMsMax
      for (let held = await countHeld(); held !== sessions; held = await countHeld()) {
        if (performance.now() > deadline) throw new Error(`${held} sessions wait, not ${sessions}`)
        await sleep(pollMs)
      }
    },
    async release() {
      await holder.query('select pg_advisory_unlock_all()')
    },
    [Symbol.asyncDispose]: () => holder.end(),
  }
}

/**
 * Who is held gives up before those who wait for what it has locked: where both gave up in the same moment, both began
 * anew, and met again.
 */
const waiting = `
  create or replace function wait_for_test(environment_id text) returns boolean language plpgsql as $$
    begin
      perform set_config('lock_timeout',
        (extract(epoch from current_setting('lock_timeout')::interval) * 750)::bigint::text, true);
      perform pg_advisory_xact_lock_shared(hashtext(environment_id));
      return true;
    end $$;
  create or replace function hold_row() returns trigger language plpgsql as $$
    begin perform wait_for_test(new.environment_id); return new; end $$`

function holdOf({ environmentId, table, on, when = 'true' }: HeldPlace, name: string): string {
  if (on === 'read') {
    return `create policy ${name} on ${table} as restrictive for select
      using (environment_id <> '${environmentId}' or wait_for_test(environment_id))`
  }
  return `create trigger ${name} before ${on} on ${table} for each row
    when (new.environment_id = '${environmentId}' and (${when})) execute function hold_row()`
}
