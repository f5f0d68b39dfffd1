import { recalculateInvoice } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { startRecalculation } from './start-recalculation.ts'

export function recalculateInvoiceRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(recalculateInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const started = await startRecalculation(temporal, scoped, request, { id, finalize: false })
      return reply.code(202).send({
        message: `Invoice ${id} is being rated again`,
        workflow_id: started.workflowId,
        run_id: started.runId,
      })
    },
  })
}
