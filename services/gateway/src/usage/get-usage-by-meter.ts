import { getUsageByMeter } from '@flexprice/contracts/operations'
import { metersById } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { assert, notFound } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { meterMeasure } from './meter-measure.ts'
import { meteredUsage } from './metered-usage.ts'
import { reportedCustomer, reportedPeriod, reportedWindows } from './report-request.ts'
import { reportUsage } from './report-usage.ts'
import { usageResponse } from './usage-response.ts'

export function getUsageByMeterRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getUsageByMeter),
    async handler(request, reply) {
      const { body } = request
      const scoped = callerDatabase(database, request)
      expectIdOf('meter', body.meter_id)
      const meter = (await metersById(scoped, [body.meter_id])).get(body.meter_id)
      if (!meter) throw notFound('Meter', body.meter_id)
      const customer = await reportedCustomer(scoped, body)
      const period = reportedPeriod(body, await readNow(scoped))
      const cut = reportedWindows(body, { customer, start: period.start })
      const measure = meterMeasure(meter, body.filters, 'filters')
      const wanted = await meteredUsage(scoped, [{ meter, measure }], { customer, period, cut })
      const [reported] = await reportUsage(scoped, wanted)
      assert(reported, 'what is wanted is reported')
      return reply.send(usageResponse(measure, reported))
    },
  })
}
