import { listBillingFailures } from '@flexprice/contracts/operations'
import { publishedErrorCode } from '@flexprice/contracts/wire'
import {
  type BillingFailureRow,
  getBillingRun,
  listBillingFailures as listFailures,
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
        next_cursor: last && cursorAfter(request, `${last.work}:${last.subscription_id}`),
      })
    },
  })
}

/** A subscription may have failed with both kinds of work: its id alone is no place in the list. */
function keyOf(cursor: string | undefined) {
  if (cursor === undefined) return undefined
  const [work = '', subscriptionId = ''] = cursor.split(':')
  return { work, subscriptionId }
}

function failureResponse(row: BillingFailureRow) {
  return {
    subscription_id: row.subscription_id,
    work: row.work,
    error: { code: publishedErrorCode(row.code), message: row.message },
    attempts: row.attempts,
    first_failed_at: row.first_failed_at,
    last_failed_at: row.last_failed_at,
    next_attempt_at: row.next_attempt_at,
  }
}
