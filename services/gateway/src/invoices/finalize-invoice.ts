import { finalizeInvoice } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { awaitWorkflow } from '../workflows/await-workflow.ts'
import { startRecalculation } from './start-recalculation.ts'

/** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
export function finalizeInvoiceRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  { waitMsMax }: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(finalizeInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const started = await startRecalculation(temporal, scoped, request, { id, finalize: true })
      await awaitWorkflow(temporal, scoped.scope, started, { reply, waitMsMax, closing })
      return reply.send({ message: `Invoice ${id} is closed` })
    },
  })
}
