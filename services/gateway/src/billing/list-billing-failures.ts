import { listBillingFailures } from '@flexprice/contracts/operations'
import { publishedErrorCode } from '@flexprice/contracts/wire'
import {
  getBillingRun,
  listBillingFailures as listFailures,
  type RunFailure,
  type RunFailurePlace,
} from '@flexprice/database/billing'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'

export function listBillingFailuresRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listBillingFailures),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      const { limit, cursor } = request.query
      expectIdOf('billingRun', id)
      await getBillingRun(scoped, id)
      const rows = await listFailures(scoped, { runId: id, after: keyOf(cursor), limit: limit + 1 })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return reply.send({
        items: page.map(failureResponse),
        next_cursor: last && cursorAfter(request, placeOf(last)),
      })
    },
  })
}

/** A subscription may have failed with several kinds of work: its id alone is no place in the list. */
function placeOf({ work, subscription_id, schedule_id }: RunFailure): string {
  return `${work}:${subscription_id}:${schedule_id ?? ''}`
}

function keyOf(cursor: string | undefined): RunFailurePlace | undefined {
  if (cursor === undefined) return undefined
  const [work = '', subscriptionId = '', scheduleId = ''] = cursor.split(':')
  return { work, subscriptionId, scheduleId }
}

function failureResponse(row: RunFailure) {
  return {
    subscription_id: row.subscription_id,
    work: row.work,
    error: { code: publishedErrorCode(row.code), message: row.message },
    attempts: row.attempts,
    first_failed_at: row.first_failed_at,
    last_failed_at: row.last_failed_at,
    next_attempt_at: row.next_attempt_at ?? undefined,
    schedule_id: row.schedule_id ?? undefined,
  }
}
