import type pg from 'pg'
import { translateDatabaseError } from './database-errors.ts'

/** An environment that has work which is due, by its own clock. */
export interface DueEnvironment {
  readonly tenantId: string
  readonly environmentId: string
  /** How long ago the oldest of it fell due. */
  readonly overdueMs: number
}

/** Of all tenants, behind the id, in its order: ids and delays alone, so that a schedule's tick can start each one's billing. */
export async function listDueEnvironments(
  pool: pg.Pool,
  { afterId, environmentsMax }: { afterId: string; environmentsMax: number },
): Promise<DueEnvironment[]> {
  try {
    const { rows } = await pool.query<DueEnvironment>({
      name: 'list-due-environments',
      text: `select tenant_id as "tenantId", environment_id as "environmentId", overdue_ms as "overdueMs"
        from list_due_environments($1, $2)`,
      values: [afterId, environmentsMax],
    })
    return rows
  } catch (error) {
    throw translateDatabaseError(error)
  }
}
