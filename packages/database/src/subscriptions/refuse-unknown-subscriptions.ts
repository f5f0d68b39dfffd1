import { invalid } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

const namedMax = 10

/**
 * Fails when one of the ids is no subscription of the environment: a sum without it would look whole.
 *
 * @throws validation_error that names the first ten by their places in `field`
 */
export async function refuseUnknownSubscriptions(
  scoped: Scoped,
  ids: readonly string[],
  field: string,
): Promise<void> {
  const { rows } = await sql<{ index: number }>`
    select asked.position::int - 1 as index
    from unnest(${ids}::text[]) with ordinality as asked (id, position)
    where not exists (select from subscriptions s
      where s.environment_id = ${scoped.scope.environmentId} and s.id = asked.id)
    order by asked.position limit ${namedMax}`.execute(scoped.db)
  if (rows.length === 0) return
  throw invalid(
    rows.map(({ index }) => ({
      path: `${field}[${index}]`,
      message: `no subscription has the id ${ids[index]}`,
    })),
  )
}
