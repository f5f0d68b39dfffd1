import { sql } from 'kysely'

/** What a record belongs to (price, entitlement): a plan or a subscription; of other things there are none. */
export function entityTypeCondition(entityType: string | undefined) {
  switch (entityType) {
    case undefined:
      return undefined
    case 'PLAN':
      return sql<boolean>`plan_id is not null`
    case 'SUBSCRIPTION':
      return sql<boolean>`subscription_id is not null`
    default:
      return sql<boolean>`false`
  }
}

/** The id that the wire calls `entity_id`. */
export const entityId = sql<string>`coalesce(plan_id, subscription_id)`
