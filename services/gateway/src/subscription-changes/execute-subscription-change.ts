import { executeSubscriptionChange } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { changeExecuteResponse } from './change-execute-response.ts'
import { changedInvoices, isOfChange } from './changed-invoices.ts'
import { planChangeOrder } from './plan-change-order.ts'
import { startChange } from './start-change.ts'

/** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
export function executeSubscriptionChangeRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  config: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(executeSubscriptionChange),
    async handler(request, reply) {
      const { metadata } = request.body
      const order = planChangeOrder(request.body)
      const wanted = { mode: 'execute', subscriptionId: request.params.id, order } as const
      const scoped = callerDatabase(database, request)
      const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
      const invoices = await changedInvoices(scoped, result)
      return reply.send({ ...changeExecuteResponse(result), invoice: invoices.find(isOfChange), metadata })
    },
  })
}
