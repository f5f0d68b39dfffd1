import { assert, notFound } from '@flexprice/domain'
import type { BilledTime } from '@flexprice/domain/change'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type NestedRow, nestedRows, readNestedRows } from '../connection/nested-rows.ts'
import { type Reading, reading, together } from '../connection/together.ts'
import type { ScheduleRow } from '../schedules/schedules.ts'
import type { SubscriptionChangeTable } from '../tables/change-tables.ts'
import { type BilledTimeRow, billedTime, billedTimes } from './billed-time.ts'

export type SubscriptionChangeRow = Selectable<SubscriptionChangeTable>

/** What is known of a subscription's changes, as another one is asked for. */
export interface ChangeHistory {
  /** The change that has the key, whatever subscription it is of. */
  readonly made: SubscriptionChangeRow | undefined
  /** That was asked for: what billing makes at a boundary was asked for before, and is brought up first. */
  readonly newest: Pick<SubscriptionChangeRow, 'id'> | undefined
  /** When the last one was made; none that waits for an instant to come. */
  readonly lastAt: Date | null
  /** What waits for a boundary; whoever changes it holds the subscription. */
  readonly pending: ScheduleRow | undefined
  /** What was billed of any of its lines for time that ends after the instant. */
  readonly billed: readonly BilledTime[]
  /** Whether credits that fell due by `grantsUntil` are to be given before anything else is done. */
  readonly hasDueGrants: boolean
  /** Drafts of boundaries that are not billed yet, which nobody but who asked for them knows. */
  readonly forecasts: readonly string[]
}

/** To be sent behind the subscription's lock, which guards it. */
export function changeHistory(
  scoped: Scoped,
  asked: {
    readonly subscriptionId: string
    readonly key: string
    readonly now: Date
    readonly billedAfter: Date
    readonly grantsUntil: Date | null
  },
): Reading<ChangeHistory> {
  const { environmentId } = scoped.scope
  const { subscriptionId, key, now } = asked
  const pending = sql<ScheduleRow>`
    select * from subscription_schedules where environment_id = ${environmentId}
      and subscription_id = ${subscriptionId} and schedule_status = 'pending'`
  const changes = sql<FoundChange>`
    select c.*, 'made' as found_as from subscription_changes c
      where c.environment_id = ${environmentId} and c.idempotency_key = ${key}
    union all (select c.*, 'newest' from subscription_changes c
      where c.environment_id = ${environmentId} and c.subscription_id = ${subscriptionId}
        and c.idempotency_key is not null
      order by c.id desc limit 1)
    union all (select c.*, 'last' from subscription_changes c
      where c.environment_id = ${environmentId} and c.subscription_id = ${subscriptionId}
        and c.effective_at <= ${now}
      order by c.effective_at desc limit 1)`
  const lineIds = sql`array(select id from subscription_line_items where subscription_id = ${subscriptionId})`
  const billed = billedTimes(scoped, lineIds, asked.billedAfter)
  const statement = sql<HistoryRow>`
    select ${nestedRows(changes, nestedChange)} as changes, ${nestedRows(pending, nestedSchedule)} as pending,
      ${nestedRows(billed, nestedBilled)} as billed,
      exists (select from due_grants(${environmentId}, ${asked.grantsUntil})
        where subscription_id = ${subscriptionId}) as "hasDueGrants",
      array(select i.id from invoices i
        join subscriptions s on s.environment_id = i.environment_id and s.id = i.subscription_id
        where i.environment_id = ${environmentId} and i.subscription_id = ${subscriptionId}
          and i.invoice_status = 'DRAFT' and i.request_key = ''
          and i.billing_reason in ('SUBSCRIPTION_CYCLE', 'SUBSCRIPTION_CREATE', 'SUBSCRIPTION_TRIAL_END')
          and case when i.billing_reason = 'SUBSCRIPTION_CYCLE' then i.period_end else i.period_start end
            >= s.next_billing_at) as forecasts`
  return reading(statement, ([row]) => {
    assert(row, 'a select without a table yields a row')
    return readHistory(row)
  })
}

type HistoryRow = Readonly<Record<'changes' | 'pending' | 'billed' | 'hasDueGrants', unknown>> &
  Pick<ChangeHistory, 'forecasts'>

function readHistory(row: HistoryRow): ChangeHistory {
  const known = readNestedRows(row.changes, nestedChange)
  const found = (as: FoundChange['found_as']) => known.find(({ found_as }) => found_as === as)
  return {
    made: found('made'),
    newest: found('newest'),
    lastAt: found('last')?.effective_at ?? null,
    pending: readNestedRows(row.pending, nestedSchedule)[0],
    billed: readNestedRows(row.billed, nestedBilled).map(billedTime),
    hasDueGrants: row.hasDueGrants === true,
    forecasts: row.forecasts,
  }
}

type FoundChange = SubscriptionChangeRow & { readonly found_as: 'made' | 'newest' | 'last' }

const nestedChange: NestedRow<FoundChange> = {
  decimals: ['net_amount'],
  instants: { effective_at: true, created_at: true, updated_at: true },
}

const nestedSchedule: NestedRow<ScheduleRow> = {
  decimals: [],
  instants: { scheduled_at: true, executed_at: true, cancelled_at: true, created_at: true, updated_at: true },
}

const nestedBilled: NestedRow<BilledTimeRow> = {
  decimals: ['quantity', 'billed', 'credited', 'credited_by_changes'],
  instants: { period_start: true, period_end: true, credited_from: true },
}

/**
 * The newest change that was asked for, by which who asks for another one says what it has seen.
 *
 * @throws not_found for a subscription that is not there
 */
export async function newestChangeId(scoped: Scoped, subscriptionId: string): Promise<string | null> {
  const [id] = await together(scoped, newestChange(scoped, subscriptionId))
  return id
}

/** The same, to be sent beside others. */
export function newestChange({ scope }: Scoped, subscriptionId: string): Reading<string | null> {
  const statement = sql<{ id: string | null }>`
    select (select c.id from subscription_changes c
      where c.environment_id = ${scope.environmentId} and c.subscription_id = s.id and c.idempotency_key is not null
      order by c.id desc limit 1) as id
    from subscriptions s
    where s.environment_id = ${scope.environmentId} and s.id = ${subscriptionId} and s.status <> 'deleted'`
  return reading(statement, ([row]) => {
    if (!row) throw notFound('Subscription', subscriptionId)
    return row.id
  })
}

/** What whoever asked was answered, where that is known only once all of the change is written. */
export async function keepChangeResult(scoped: Scoped, id: string, result: object): Promise<void> {
  await scoped.db
    .updateTable('subscription_changes')
    .set({ result: JSON.stringify(result) })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', id)
    .execute()
}
