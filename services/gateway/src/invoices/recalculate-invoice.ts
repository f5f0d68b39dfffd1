import { recalculateInvoice } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getInvoice, type InvoiceRow } from '@flexprice/database/invoices'
import { CodedError } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { refuseOneOff } from './refuse-one-off.ts'

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
      const invoice = await getInvoice(scoped, id)
      refuseOneOff(invoice, 'there is nothing to make it from; POST /invoices makes another')
      refuseUnlessVoided(invoice)
      const input = { kind: 'replacement', invoice_id: id } as const
      const started = await temporal.startWorkflow(workflows['calculate-charges'], input, scoped.scope)
      return reply.code(202).send({
        message: `Invoice ${id} is being replaced`,
        workflow_id: started.workflowId,
        run_id: started.runId,
      })
    },
  })
}

/** What is plainly none is refused at once; the workflow looks again, under the invoice's lock. */
function refuseUnlessVoided({ id, invoice_status: status }: InvoiceRow): void {
  if (status === 'VOIDED') return
  const message = `Invoice ${id} is ${status}: only a voided one is replaced; recalculate-v2 rates a draft`
  throw new CodedError('invalid_operation', message, { details: { invoice_status: status } })
}
