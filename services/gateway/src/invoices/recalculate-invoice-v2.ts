import { recalculateInvoiceV2 } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { getInvoice } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { awaitWorkflow } from '../workflows/await-workflow.ts'
import { invoicesWithRecords } from './invoices-with-records.ts'
import { refuseOneOff } from './refuse-one-off.ts'
import { startRecalculation } from './start-recalculation.ts'

/** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
export function recalculateInvoiceV2Route(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  { waitMsMax }: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(recalculateInvoiceV2),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      const { finalize = true } = request.query
      expectIdOf('invoice', id)
      refuseOneOff(await getInvoice(scoped, id), 'there is nothing to rate; finalize closes it')
      const started = await startRecalculation(temporal, scoped, request, { id, finalize })
      await awaitWorkflow(temporal, scoped.scope, started, { reply, waitMsMax, closing })
      const [row, now] = await Promise.all([getInvoice(scoped, id), readNow(scoped)])
      const [invoice] = await invoicesWithRecords(scoped, [row], { lineItems: true, now })
      assert(invoice, 'a row has its answer')
      return reply.send(invoice)
    },
  })
}
