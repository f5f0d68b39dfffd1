import { assert } from '@flexprice/domain'
import { type PriceVersion, reachedVersions } from '@flexprice/domain/subscription'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { readBoundaries } from '../subscriptions/version-boundaries.ts'

/** A version of a chain with when it is at work in a subscription. */
export type ReachedPrice = Pick<PriceRow, keyof PriceVersion>

/** The versions of a price's chain as a subscription sees them, which the caller holds. In the order of their starts. */
export async function reachedChain(
  scoped: Scoped,
  subscriptionId: string,
  price: PriceRow,
): Promise<ReachedPrice[]> {
  const versions = await scoped.db
    .selectFrom('prices')
    .select(['id', 'root_price_id', 'start_date', 'end_date', 'waits_for'])
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('root_price_id', '=', price.root_price_id)
    .where('status', '=', 'published')
    .orderBy('start_date')
    .orderBy('id')
    .execute()
  if (versions.every(({ waits_for }) => waits_for === null)) return versions
  const boundaries = (await readBoundaries(scoped, [subscriptionId])).get(subscriptionId)
  assert(boundaries, `subscription ${subscriptionId} is held`)
  return reachedVersions(versions, boundaries)
}
