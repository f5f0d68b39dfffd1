import { getUsageAnalytics } from '@flexprice/contracts/operations'
import type { GetUsageAnalyticsRequest, GetUsageAnalyticsResponse } from '@flexprice/contracts/usage'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { type CustomerRow, getCustomerByExternalId } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import type { Period } from '@flexprice/domain/time'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'
import { groupItems, type MeteredFeature, type Shown, wholeItems } from './analytics-response.ts'
import { costResponse } from './cost-response.ts'
import { planGroupCosts } from './group-costs.ts'
import { meterMeasure } from './meter-measure.ts'
import { meteredFeatures, summedFeatures } from './metered-features.ts'
import { meteredUsage } from './metered-usage.ts'
import { reportGroups } from './report-groups.ts'
import type { WantedUsage } from './report-plan.ts'
import { reportedPeriod, reportedWindows } from './report-request.ts'
import { reportUsage } from './report-usage.ts'
import { type ToldCosts, usageCosts } from './usage-costs.ts'
import { expectPaged, sliceOf } from './usage-slice.ts'

export function getUsageAnalyticsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getUsageAnalytics),
    async handler(request, reply) {
      const { body } = request
      const scoped = callerDatabase(database, request)
      const { next, ...answer } = await analyze(scoped, body)
      return reply.send(next === undefined ? answer : { ...answer, next_cursor: cursorAfter(request, next) })
    },
  })
}

type Analysis = Omit<GetUsageAnalyticsResponse, 'next_cursor'> & { readonly next?: string | undefined }

async function analyze(scoped: Scoped, body: GetUsageAnalyticsRequest): Promise<Analysis> {
  const slice = sliceOf(body)
  expectPaged(body, slice)
  const customer = await analyzedCustomer(scoped, body, slice.splitBy.length > 0)
  const now = await readNow(scoped)
  const period = reportedPeriod(body, now)
  const all = await meteredFeatures(scoped, customer, body)
  const { summed, skipped } = customer ? { summed: all, skipped: [] } : summedFeatures(all)
  const wanted = await wantedUsage(scoped, summed, { customer, body, period })
  const costs = await costsOf(scoped, customer, { body, period })
  const shown = { customer, windowSize: body.window_size, costs, now }
  const totals = {
    ...costResponse(
      costs,
      summed.map(({ meter }) => meter.id),
      now,
    ),
    ...(skipped.length > 0 && { skipped_features: [...skipped] }),
  }
  if (slice.splitBy.length === 0) {
    return { items: wholeItems(summed, await reportUsage(scoped, wanted, slice), shown), ...totals }
  }
  const meterIds = [...new Set(summed.map(({ meter }) => meter.id))]
  const groupCosts = groupCostsOf(shown, meterIds)
  const { groups, next } = await reportGroups(scoped, wanted, {
    ...{ slice, page: body },
    also: groupCosts?.questions ?? [],
  })
  const items = groupItems(summed, groups, { ...shown, slice, groupCosts })
  return { items, ...totals, has_more: next !== undefined, next }
}

/** @throws validation_error where none is named and the report is of no groups; not_found */
async function analyzedCustomer(
  scoped: Scoped,
  { external_customer_id: externalId }: GetUsageAnalyticsRequest,
  isGrouped: boolean,
): Promise<CustomerRow | null> {
  if (externalId !== undefined) return getCustomerByExternalId(scoped, externalId)
  if (isGrouped) return null
  const message = 'is required, unless group_by tells usage apart'
  throw invalid([{ path: 'external_customer_id', message }])
}

async function wantedUsage(
  scoped: Scoped,
  metered: readonly MeteredFeature[],
  {
    customer,
    body,
    period,
  }: { customer: CustomerRow | null; body: GetUsageAnalyticsRequest; period: Period },
): Promise<WantedUsage[]> {
  const cut = reportedWindows(body, { customer, start: period.start })
  const measured = metered.map(({ meter }) => ({
    meter,
    measure: meterMeasure(meter, body.property_filters, 'property_filters'),
  }))
  if (customer) return meteredUsage(scoped, measured, { customer, period, cut })
  // Sums alone, which are the same however they are cut.
  const of = { externalCustomerId: null, bucketSize: null, isRunning: false, frame: null }
  return measured.map(({ measure }) => ({ ...of, measure, period, cut }))
}

/** Lines bill by their own filters: what a part of the events costs cannot be told. */
async function costsOf(
  scoped: Scoped,
  customer: CustomerRow | null,
  { body, period }: { body: GetUsageAnalyticsRequest; period: Period },
): Promise<ToldCosts> {
  if (!customer) return { gap: 'every_customer' }
  const isFiltered = Object.keys(body.property_filters ?? {}).length > 0 || (body.sources ?? []).length > 0
  return isFiltered ? { gap: 'filtered' } : usageCosts(scoped, customer.id, period)
}

function groupCostsOf({ customer, costs }: Shown, meterIds: readonly string[]) {
  return customer && !('gap' in costs) ? planGroupCosts(costs, meterIds, customer.external_id) : undefined
}
