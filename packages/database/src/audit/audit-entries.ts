import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import type { AuditedChanges } from '../tables/billing-tables.ts'

export interface AuditedChange {
  readonly entityType: string
  readonly entityId: string
  readonly changes: AuditedChanges
  readonly now: Date
}

/** Keeps who changed what, in the transaction that changes it; a change of nothing is not kept. */
export async function recordAudit(scoped: Scoped, change: AuditedChange): Promise<void> {
  if (Object.keys(change.changes).length === 0) return
  await scoped.db
    .insertInto('audit_entries')
    .values({
      id: newId('auditEntry'),
      environment_id: scoped.scope.environmentId,
      entity_type: change.entityType,
      entity_id: change.entityId,
      changes: JSON.stringify(change.changes),
      changed_at: change.now,
      changed_by: scoped.scope.userId,
      request_id: scoped.scope.requestId,
    })
    .execute()
}

/** The fields that differ, before and after. */
export function changesOf<Row extends object>(before: Row, after: Row): AuditedChanges {
  const old = new Map(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after).flatMap(([field, to]) =>
      old.get(field) === to ? [] : [[field, { from: old.get(field), to }]],
    ),
  )
}
