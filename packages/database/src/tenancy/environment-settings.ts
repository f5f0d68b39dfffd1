import { sql } from 'kysely'
import { changesOf, recordAudit } from '../audit/audit-entries.ts'
import type { Scoped } from '../connection/connection.ts'
import { change, creation } from '../connection/row-changes.ts'
import { mapped, type Reading, rowsOf, together } from '../connection/together.ts'
import type { Changes } from '../tables/row-types.ts'

/** How an environment bills (billing rules, sections 4, 5 and 8). */
export interface EnvironmentSettings {
  /** From a period's end on an invoice with usage waits so long for late events, 0 to 72. */
  readonly finalization_delay_hours: number
  readonly invoice_number_prefix: string
  /** What becomes of events that come after their invoice was finalized: they are listed, or billed too. */
  readonly late_usage: 'list' | 'bill'
  /** Nothing is billed by itself, nor by a run that was asked for. */
  readonly billing_paused: boolean
}

const defaults: EnvironmentSettings = {
  finalization_delay_hours: 1,
  invoice_number_prefix: 'INV',
  late_usage: 'list',
  billing_paused: false,
}

const settingColumns = [
  'finalization_delay_hours',
  'invoice_number_prefix',
  'late_usage',
  'billing_paused',
] as const

/** Of the handle's environment; what was never changed is as by default. */
export async function getEnvironmentSettings(scoped: Scoped): Promise<EnvironmentSettings> {
  const [settings] = await together(scoped, environmentSettings(scoped))
  return settings
}

/** The same, to be sent beside others. */
export function environmentSettings({ db, scope }: Scoped): Reading<EnvironmentSettings> {
  const statement = db
    .selectFrom('environment_settings')
    .select(settingColumns)
    .where('environment_id', '=', scope.environmentId)
  return mapped(rowsOf(statement), ([row]) => row ?? defaults)
}

/**
 * Changes what is given, and keeps who did it. One change after the other, by the row, so that each keeps what was
 * really before it; in the caller's transaction.
 */
export async function updateEnvironmentSettings(
  scoped: Scoped,
  changes: Changes<EnvironmentSettings>,
  now: Date,
): Promise<EnvironmentSettings> {
  const { environmentId } = scoped.scope
  await scoped.db
    .insertInto('environment_settings')
    .values(creation(scoped.scope, now))
    .onConflict((conflict) => conflict.column('environment_id').doNothing())
    .execute()
  const before = await scoped.db
    .selectFrom('environment_settings')
    .select(settingColumns)
    .where('environment_id', '=', environmentId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const after = await scoped.db
    .updateTable('environment_settings')
    .set({ ...changes, ...change(scoped.scope, now) })
    .where('environment_id', '=', environmentId)
    .returning(settingColumns)
    .executeTakeFirstOrThrow()
  await recordAudit(scoped, {
    entityType: 'environment_settings',
    entityId: environmentId,
    changes: changesOf(before, after),
    now,
  })
  if (before.late_usage === 'list' && after.late_usage === 'bill') await noteAllLateUsage(scoped)
  return after
}

/** What is listed as late so far is billed from now on: each customer with a final invoice of usage is looked at. */
async function noteAllLateUsage({ db, scope }: Scoped): Promise<void> {
  await sql`
    insert into late_notices (environment_id, external_customer_id, since, due_at)
    select i.environment_id, c.external_id, min(i.period_start), coalesce(min(e.clock_at), clock_timestamp())
    from invoices i
    join customers c on c.environment_id = i.environment_id and c.id = i.customer_id
    join environments e on e.id = i.environment_id
    where i.environment_id = ${scope.environmentId} and i.usage_snapshot is not null
    group by i.environment_id, c.external_id`.execute(db)
}
