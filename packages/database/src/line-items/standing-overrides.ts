import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { planSince } from '../subscriptions/plan-since.ts'

/** As an expression of SQL: whether a subscription's own price has a line, which one that never began may have no more. */
export function hasLine(price: string): RawBuilder<boolean> {
  const own = sql.ref(price)
  return sql`exists (select from subscription_line_items l
    where l.subscription_id = ${own}.subscription_id and l.price_id = ${own}.id)`
}

/**
 * The prices that a subscription has of its own in place of its plan's, by the chains that they stand for. Those that it
 * had in place of a plan's that it left have gone with that plan, also where it has come back: with their lines, where
 * they had not begun.
 *
 * @param id the subscription's, as a value or as an expression of SQL
 */
export function standingOverrides(
  { scope }: Scoped,
  id: RawBuilder<unknown> | string,
): RawBuilder<{ id: string; root_price_id: string; start_date: Date }> {
  return sql`select own.id, replaced.root_price_id, own.start_date from prices own
    join prices replaced on replaced.environment_id = own.environment_id and replaced.id = own.overridden_price_id
    join subscriptions s on s.environment_id = own.environment_id and s.id = own.subscription_id
    where own.environment_id = ${scope.environmentId} and own.subscription_id = ${id}
      and own.start_date >= coalesce(${planSince(scope.environmentId)}, '-infinity') and ${hasLine('own')}`
}
