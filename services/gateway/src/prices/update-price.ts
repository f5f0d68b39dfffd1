import { type UpdatePriceRequest, updatePrice } from '@flexprice/contracts'
import { inTransaction, type PriceChanges, readNow, updatePrice as writePrice } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { priceResponse } from './price-response.ts'
import { storedTiers } from './stored-tiers.ts'

export function updatePriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updatePrice),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const priceId = request.params.id
      expectIdOf('price', priceId)
      if (request.body.group_id) expectIdOf('group', request.body.group_id)
      const changes = priceChanges(request.body)
      const effectiveFrom = request.body.effective_from
      const row = await inTransaction(caller, async (scoped) =>
        writePrice(scoped, { priceId, changes, effectiveFrom, now: await readNow(scoped) }),
      )
      return reply.send(priceResponse(caller.scope, row))
    },
  })
}

/** What is left out is undefined and stays; an empty lookup key or group takes it away. */
function priceChanges(body: UpdatePriceRequest): PriceChanges {
  return {
    billing_model: body.billing_model,
    amount: body.amount,
    tier_mode: body.tier_mode,
    tiers: storedTiers(body.tiers),
    divide_by: body.transform_quantity?.divide_by,
    round: body.transform_quantity?.round,
    bucket_size: body.bucket_size,
    group_id: body.group_id === '' ? null : body.group_id,
    lookup_key: body.lookup_key === '' ? null : body.lookup_key,
    display_name: body.display_name,
    description: body.description,
    metadata: body.metadata,
  }
}
