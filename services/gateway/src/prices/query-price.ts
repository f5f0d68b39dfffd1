import { queryPrice } from '@flexprice/contracts/operations'
import { featuresByMeter, searchPrices } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expandMetering } from '../features/expand-metering.ts'
import { cursoredList } from '../list-response.ts'
import { plansById } from '../plans/plans-by-id.ts'
import { type Api, routeOf } from '../route.ts'
import { priceResponse } from './price-response.ts'

export function queryPriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryPrice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchPrices(scoped, request.body, await readNow(scoped))
      const asked: ReadonlySet<string> = request.body.expand ?? new Set()
      const [plans, metering, features] = await Promise.all([
        plansById(scoped, asked.has('plan') ? page.items.flatMap((row) => row.plan_id ?? []) : []),
        expandMetering(scoped, page.items, asked),
        priceFeatures(scoped, asked.has('features') ? page.items.map((row) => row.meter_id) : []),
      ])
      return reply.send(
        cursoredList(page, request, (row) => ({
          ...priceResponse(scoped.scope, row),
          ...metering(row),
          plan: plans.get(row.plan_id ?? ''),
          feature: features(row.meter_id),
        })),
      )
    },
  })
}

/** What a price shows of the feature that its meter measures: in which unit usage is told. */
async function priceFeatures(scoped: Scoped, meterIds: ReadonlyArray<string | null>) {
  const features = await featuresByMeter(scoped, meterIds)
  return (meterId: string | null) => {
    const feature = features.get(meterId ?? '')
    return feature && { reporting_unit: feature.reporting_unit ? { ...feature.reporting_unit } : undefined }
  }
}
