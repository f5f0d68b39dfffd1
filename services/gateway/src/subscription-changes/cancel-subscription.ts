import type { CancelSubscriptionRequest, CancelSubscriptionResponse } from '@flexprice/contracts/changes'
import { cancelSubscription } from '@flexprice/contracts/operations'
import { subscriptionStatus } from '@flexprice/contracts/subscriptions'
import type { CancellationOrder, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { changedInvoices } from './changed-invoices.ts'
import { prorationDetailsOf } from './standing-change-response.ts'
import { type ChangeRoute, startChange } from './start-change.ts'
import { toldWarnings } from './told-warnings.ts'

export function cancelSubscriptionRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  const route: ChangeRoute = { temporal, config, closing }
  api.route({
    ...routeOf(cancelSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body, params } = request
      const wanted = { mode: 'execute', subscriptionId: params.id, order: cancellationOrder(body) } as const
      const result = await startChange(route, scoped, wanted, { request, reply })
      const invoices = await changedInvoices(scoped, result)
      return reply.send({
        ...cancellationResponse(body, result),
        // An older version did not keep it.
        processed_at: result.made_at === undefined ? await readNow(scoped) : new Date(result.made_at),
        proration_invoice: invoices.at(-1),
      })
    },
  })
}

export function cancellationOrder(body: CancelSubscriptionRequest): CancellationOrder {
  return {
    kind: 'cancellation',
    cancellation_type: body.cancellation_type,
    cancel_at: body.cancel_at?.toISOString() ?? null,
    invoice_policy: body.cancel_immediately_invoice_policy,
    proration_behavior: body.proration_behavior,
    reason: body.reason,
  }
}

function cancellationResponse(
  { cancellation_type, reason }: CancelSubscriptionRequest,
  result: SubscriptionChangeResult,
): Omit<CancelSubscriptionResponse, 'processed_at'> {
  const { is_scheduled: isScheduled, effective_at: at, schedule_id, after } = result
  return {
    subscription_id: after.id,
    cancellation_type,
    effective_date: new Date(at),
    status: subscriptionStatus.parse(after.status),
    reason,
    message: isScheduled ? `The subscription ends at ${at}` : `The subscription has ended at ${at}`,
    proration_details: prorationDetailsOf(result),
    total_credit_amount: result.proration.credit_amount,
    ...(schedule_id === null ? {} : { schedule_id }),
    ...toldWarnings(result),
  }
}
