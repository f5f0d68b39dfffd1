import { assert, CodedError } from '@flexprice/domain'
import pg from 'pg'
import { translateDatabaseError } from '../connection/database-errors.ts'

/** What of the events before a month would go, or went. Their ids stay, so that none of them can come again. */
export interface DroppedEvents {
  /** `YYYY_MM`, ascending. */
  readonly months: readonly string[]
  /** Older ones than any month, which lay in the rest. */
  readonly eventsOfTheRest: number
}

export interface DropEvents {
  /** The first month that stays: its first instant, in UTC. */
  readonly before: Date
  /** Only tell what would go. */
  readonly dryRun: boolean
  /** Also what periods still need that are not billed. */
  readonly unbilledToo: boolean
}

/**
 * Drops whole months of usage events, of all tenants, by the owner's connection, and with them what conflicts with them.
 * All or nothing.
 *
 * @throws invalid_operation when usage of that time is still to be billed: drafts, periods of running subscriptions,
 *   meters that never reset
 */
export async function dropEventMonths(ownerUrl: string, options: DropEvents): Promise<DroppedEvents> {
  const owner = new pg.Client({ connectionString: ownerUrl })
  try {
    await owner.connect()
    // Events that come meanwhile wait for it, so it must not wait for long itself.
    await owner.query("begin; set local lock_timeout = '5s'")
    if (!options.unbilledToo) await expectBilled(owner, options.before)
    const dropped = await drop(owner, options)
    await owner.query(options.dryRun ? 'rollback' : 'commit')
    return dropped
  } catch (error) {
    throw translateDatabaseError(error)
  } finally {
    await owner.end()
  }
}

async function drop(owner: pg.Client, { before, dryRun }: DropEvents): Promise<DroppedEvents> {
  const { rows } = await owner.query<{ name: string }>(partitionsBefore, [before])
  if (!dryRun) for (const { name } of rows) await owner.query(`drop table ${pg.escapeIdentifier(name)}`)
  const { rows: rest } = await owner.query<{ events: number }>(dryRun ? countRest : deleteRest, [before])
  if (!dryRun) await owner.query('delete from event_conflicts where timestamp < $1', [before])
  return {
    months: rows.map(({ name }) => name.slice('events_'.length)),
    eventsOfTheRest: Number(rest[0]?.events ?? 0),
  }
}

const partitionsBefore = `
  select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'events'::regclass and c.relname ~ '^events_\\d{4}_\\d{2}$'
    and c.relname < 'events_' || to_char($1::timestamptz at time zone 'UTC', 'YYYY_MM')
  order by 1`
const countRest = 'select count(*) as events from events_rest where timestamp < $1'
const deleteRest = `with gone as (delete from events_rest where timestamp < $1 returning 1)
  select count(*) as events from gone`

async function expectBilled(owner: pg.Client, before: Date): Promise<void> {
  const { rows } = await owner.query<Unbilled>(unbilled, [before])
  assert(rows[0], 'a select without a table yields a row')
  const { drafts, periods, running, meters } = rows[0]
  const named = meters.slice(0, metersMax).join(', ')
  const reasons = [
    [drafts, 'draft invoices (finalize or void them)'],
    [periods, 'subscriptions whose current period began before (once it has ended, a billing run bills it)'],
    [
      running,
      `subscriptions with a meter that never resets (${named}): it counts all events for as long as their lines run.` +
        ' End those lines, and bill the usage by a meter that resets with the period. --unbilled-too drops the events' +
        ' all the same, and such a line then bills as if they had never come',
    ],
  ] as const
  const found = reasons.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  if (found.length === 0) return
  throw new CodedError(
    'invalid_operation',
    `Usage before that month is still to be billed: ${found.join(', ')}`,
    { details: { drafts, periods, running, never_resetting_meters: meters } },
  )
}

interface Unbilled {
  readonly drafts: number
  readonly periods: number
  readonly running: number
  /** The ids of those that never reset. */
  readonly meters: readonly string[]
}

const metersMax = 5

const unbilled = `
  with metered as (
    select s.id, s.current_period_start, l.start_date, l.end_date, m.id as meter_id, m.reset_usage
    from subscriptions s
    join subscription_line_items l on l.subscription_id = s.id
    join prices p on p.id = l.price_id
    join meters m on m.id = p.meter_id
    where s.subscription_status in ('active', 'trialing', 'paused', 'incomplete') and l.start_date < $1)
  select
    (select count(*)::integer from invoices where invoice_status = 'DRAFT' and invoice_type = 'SUBSCRIPTION'
      and period_start < $1) as drafts,
    (select count(distinct id)::integer from metered where current_period_start < $1) as periods,
    count(distinct id)::integer as running, coalesce(array_agg(distinct meter_id), '{}') as meters
  from metered where reset_usage = 'NEVER' and (end_date is null or end_date >= $1)`
