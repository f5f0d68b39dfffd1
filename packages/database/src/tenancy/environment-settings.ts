import { changesOf, recordAudit } from '../audit/audit-entries.ts'
import type { Scoped } from '../connection/connection.ts'
import { change, creation } from '../connection/row-changes.ts'
import type { Changes } from '../tables/row-types.ts'

/** How an environment bills (billing rules, sections 4, 5 and 8). */
export interface EnvironmentSettings {
  /** From a period's end on an invoice with usage waits so long for late events, 0 to 72. */
  readonly finalization_delay_hours: number
  readonly invoice_number_prefix: string
  /** Nothing is billed by itself, nor by a run that was asked for. */
  readonly billing_paused: boolean
}

const defaults: EnvironmentSettings = {
  finalization_delay_hours: 1,
  invoice_number_prefix: 'INV',
  billing_paused: false,
}

const settingColumns = ['finalization_delay_hours', 'invoice_number_prefix', 'billing_paused'] as const

/** Of the handle's environment; what was never changed is as by default. */
export async function getEnvironmentSettings(scoped: Scoped): Promise<EnvironmentSettings> {
  const row = await scoped.db
    .selectFrom('environment_settings')
    .select(settingColumns)
    .where('environment_id', '=', scoped.scope.environmentId)
    .executeTakeFirst()
  return row ?? defaults
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
  return after
}
