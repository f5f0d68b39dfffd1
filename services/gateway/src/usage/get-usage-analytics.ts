import { getUsageAnalytics } from '@flexprice/contracts/operations'
import { type GetUsageAnalyticsRequest, propertyOf } from '@flexprice/contracts/usage'
import { listFeatures, listUsedFeatures, metersById } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { type CustomerRow, getCustomerByExternalId } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import type { Period } from '@flexprice/domain/time'
import type { SplitKey, UsageSlice } from '@flexprice/domain/usage'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { analyticsResponse, type MeteredFeature } from './analytics-response.ts'
import { meterMeasure } from './meter-measure.ts'
import { meteredUsage } from './metered-usage.ts'
import { reportedPeriod, reportedWindows } from './report-request.ts'
import { reportGroups } from './report-usage.ts'
import { type UsageCosts, usageCosts } from './usage-costs.ts'

export function getUsageAnalyticsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getUsageAnalytics),
    async handler(request, reply) {
      const { body } = request
      const scoped = callerDatabase(database, request)
      const { external_customer_id: externalId } = body
      if (externalId === undefined) throw invalid([{ path: 'external_customer_id', message: 'is required' }])
      const customer = await getCustomerByExternalId(scoped, externalId)
      const period = reportedPeriod(body, await readNow(scoped))
      const metered = await meteredFeatures(scoped, customer, body.feature_ids)
      const cut = reportedWindows(body, { customer, start: period.start })
      const measured = metered.map(({ meter }) => ({
        meter,
        measure: meterMeasure(meter, body.property_filters, 'property_filters'),
      }))
      const wanted = await meteredUsage(scoped, measured, { customer, period, cut })
      const slice = sliceOf(body)
      const reported = await reportGroups(scoped, wanted, slice)
      const costs = await costsOf(scoped, customer, { body, period })
      const shown = { customer, windowSize: body.window_size, splitBy: slice.splitBy, costs }
      return reply.send(analyticsResponse(metered, reported, shown))
    },
  })
}

/** Usage is by feature in any case. */
function sliceOf({ sources, group_by = [] }: GetUsageAnalyticsRequest): UsageSlice {
  const splitBy = [...new Set(group_by)].flatMap((name): SplitKey[] => {
    if (name === 'source') return [{ kind: 'source' }]
    const property = propertyOf(name)
    return property === undefined ? [] : [{ kind: 'property', name: property }]
  })
  return { sources: sources && sources.length > 0 ? sources : null, splitBy }
}

/** Lines bill by their own filters: what a part of the events costs cannot be told. */
async function costsOf(
  scoped: Scoped,
  customer: CustomerRow,
  { body, period }: { body: GetUsageAnalyticsRequest; period: Period },
): Promise<UsageCosts | undefined> {
  const isFiltered = Object.keys(body.property_filters ?? {}).length > 0 || (body.sources ?? []).length > 0
  return isFiltered ? undefined : usageCosts(scoped, customer.id, period)
}

/** @throws validation_error that names the feature which is not there, or has no meter */
async function meteredFeatures(
  scoped: Scoped,
  customer: CustomerRow,
  ids: readonly string[] | undefined,
): Promise<MeteredFeature[]> {
  const isNamed = ids !== undefined && ids.length > 0
  const features = isNamed ? await listFeatures(scoped, ids) : await listUsedFeatures(scoped, customer.id)
  const meters = await metersById(
    scoped,
    features.map(({ meter_id }) => meter_id),
  )
  const metered = features.flatMap((feature) => {
    const meter = meters.get(feature.meter_id ?? '')
    return meter ? [{ feature, meter }] : []
  })
  const found = new Set(metered.map(({ feature }) => feature.id))
  const problems = (ids ?? []).flatMap((id, index) =>
    found.has(id) ? [] : [{ path: `feature_ids[${index}]`, message: 'is no metered feature' }],
  )
  if (problems.length > 0) throw invalid(problems)
  return metered
}
