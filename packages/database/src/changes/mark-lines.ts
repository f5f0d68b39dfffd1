import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** Says of lines that their own door has written already that a change has closed and opened them. */
export async function markLines(
  { db, scope }: Scoped,
  changeId: string,
  { closed, opened }: { readonly closed: readonly string[]; readonly opened: readonly string[] },
): Promise<void> {
  await sql`
    update subscription_line_items set
      opened_by_change = case when id = any(${opened}::text[]) then ${changeId} else opened_by_change end,
      closed_by_change = case when id = any(${opened}::text[]) then null else ${changeId} end
    where environment_id = ${scope.environmentId} and id = any(${[...closed, ...opened]}::text[])`.execute(db)
}
