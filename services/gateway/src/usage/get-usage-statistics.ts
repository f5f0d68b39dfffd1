import { getUsageStatistics } from '@flexprice/contracts/operations'
import type { GetUsageRequest } from '@flexprice/contracts/usage'
import { readNow } from '@flexprice/database/connection'
import { assert, invalid } from '@flexprice/domain'
import { validateMeterTerms } from '@flexprice/domain/price'
import { measureOf, type UsageMeasure } from '@flexprice/domain/usage'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'
import { reportGroups } from './report-groups.ts'
import { reportedCustomers, reportedPeriod, reportedWindows } from './report-request.ts'
import { reportUsage } from './report-usage.ts'
import { groupsResponse, usageResponse } from './usage-response.ts'
import { expectPaged, sliceOf } from './usage-slice.ts'

export function getUsageStatisticsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getUsageStatistics),
    async handler(request, reply) {
      const { body } = request
      const scoped = callerDatabase(database, request)
      const measure = requestedMeasure(body)
      const slice = sliceOf(body)
      expectPaged(body, slice)
      const isGrouped = slice.splitBy.length > 0
      const customer = await reportedCustomers(scoped, body, isGrouped)
      const period = reportedPeriod(body, await readNow(scoped))
      const wanted = {
        ...{ externalCustomerId: customer?.external_id ?? null, measure, period },
        bucketSize: body.bucket_size ?? null,
        isRunning: false,
        frame: null,
        cut: reportedWindows(body, { customer, start: period.start }),
      }
      const [reported] = await reportUsage(scoped, [wanted])
      assert(reported, 'what is wanted is reported')
      const whole = usageResponse(measure, reported)
      if (!isGrouped) return reply.send(whole)
      const { groups, next } = await reportGroups(scoped, [wanted], { slice, page: body })
      return reply.send({
        ...whole,
        groups: groupsResponse(measure, groups, slice),
        has_more: next !== undefined,
        ...(next !== undefined && { next_cursor: cursorAfter(request, next) }),
      })
    },
  })
}

/**
 * A meter that exists for the request alone: the rules of meters hold for it.
 *
 * @throws validation_error by the request's names of the fields
 */
function requestedMeasure(body: GetUsageRequest): UsageMeasure {
  const { event_name, aggregation_type, property_name, multiplier, bucket_size, group_by_property } = body
  const aggregation = {
    ...{ type: aggregation_type, field: property_name || null, multiplier: multiplier ?? null },
    ...{ bucket_size: bucket_size ?? null, group_by: group_by_property || null },
  }
  const problems = validateMeterTerms({ event_name, aggregation, reset_usage: 'BILLING_PERIOD' })
  if (problems.length > 0) {
    throw invalid(problems.map(({ path, message }) => ({ path: requestFields[path] ?? path, message })))
  }
  return measureOf(
    {
      ...{ event_name, aggregation_type, filters: [], reset_usage: 'BILLING_PERIOD' },
      field: aggregation.field,
      multiplier: aggregation.multiplier,
      bucket_size: aggregation.bucket_size,
      group_by: aggregation.group_by,
    },
    body.filters ?? null,
  )
}

const requestFields: Readonly<Record<string, string>> = {
  'aggregation.type': 'aggregation_type',
  'aggregation.field': 'property_name',
  'aggregation.multiplier': 'multiplier',
  'aggregation.bucket_size': 'bucket_size',
  'aggregation.group_by': 'group_by_property',
}
