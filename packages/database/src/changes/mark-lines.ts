import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { mapped, type Reading, rowsOf } from '../connection/together.ts'

/**
 * Says of lines that their own door has written already that a change has closed and opened them, to be sent behind the
 * change's own row.
 */
export function linesMarked(
  { scope }: Scoped,
  changeId: string,
  { closed, opened }: { readonly closed: readonly string[]; readonly opened: readonly string[] },
): Reading<void> {
  const statement = sql`
    update subscription_line_items set
      opened_by_change = case when id = any(${opened}::text[]) then ${changeId} else opened_by_change end,
      closed_by_change = case when id = any(${opened}::text[]) then null else ${changeId} end
    where environment_id = ${scope.environmentId} and id = any(${[...closed, ...opened]}::text[])`
  return mapped(rowsOf(statement), () => undefined)
}
