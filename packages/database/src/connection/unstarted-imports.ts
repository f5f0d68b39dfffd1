import type pg from 'pg'
import { translateDatabaseError } from './database-errors.ts'

/** An import that is stored, and whose workflow has not been started. */
export interface UnstartedImport {
  readonly id: string
  readonly tenantId: string
  readonly environmentId: string
  /** Who asked for it. */
  readonly userId: string
}

/** Of all tenants, the oldest first: those that have waited for so long, as the gateway that stored them is gone. */
export async function listUnstartedImports(
  pool: pg.Pool,
  { olderThanMs, importsMax }: { olderThanMs: number; importsMax: number },
): Promise<UnstartedImport[]> {
  try {
    const { rows } = await pool.query<UnstartedImport>({
      name: 'list-unstarted-imports',
      text: `select id, tenant_id as "tenantId", environment_id as "environmentId", created_by as "userId"
        from list_unstarted_imports($1 * interval '1 millisecond', $2)`,
      values: [olderThanMs, importsMax],
    })
    return rows
  } catch (error) {
    throw translateDatabaseError(error)
  }
}
