import { updateSubscription } from '@flexprice/contracts/operations'
import type { CancellationOrder } from '@flexprice/contracts/workflows'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { cancelSchedule, searchSchedules } from '@flexprice/database/schedules'
import { getSubscription } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import { expectIdOf } from '../id-kind.ts'
import { routeOf } from '../route.ts'
import { fullSubscription } from '../subscriptions/full-subscription.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { startChange } from './start-change.ts'

/** The end of a subscription as `cancel` sets it without prorations, or taken back as by its schedule. */
export function updateSubscriptionRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(updateSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      const { cancel_at: cancelAt, cancel_at_period_end: isAtPeriodEnd } = request.body
      if (isAtPeriodEnd === false) await takeBack(scoped, id)
      else if (isAtPeriodEnd !== undefined || cancelAt !== undefined) {
        const wanted = { mode: 'execute', subscriptionId: id, order: endingOrder(cancelAt) } as const
        await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
      }
      return reply.send(await fullSubscription(scoped, id))
    },
  })
}

function endingOrder(cancelAt: Date | undefined): CancellationOrder {
  return {
    kind: 'cancellation',
    cancellation_type: cancelAt ? 'scheduled_date' : 'end_of_period',
    cancel_at: cancelAt?.toISOString() ?? null,
    invoice_policy: 'generate_invoice',
    proration_behavior: 'none',
    reason: '',
  }
}

/** Nothing where it is not to be cancelled. */
async function takeBack(scoped: Scoped, id: string): Promise<void> {
  await getSubscription(scoped, id)
  const { items } = await searchSchedules(scoped, {
    ...{ subscription_id: id, schedule_type: ['cancellation'], pending_only: true },
  })
  const [pending] = items
  if (!pending) return
  await inTransaction(scoped, async (transaction) =>
    cancelSchedule(transaction, pending.id, await readNow(transaction)),
  )
}
