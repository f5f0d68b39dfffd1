import { workflows } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { getInvoice } from '@flexprice/database/invoices'
import { CodedError } from '@flexprice/domain'
import type { StartedWorkflow, Temporal } from '@flexprice/temporal-client'
import type { FastifyRequest } from 'fastify'
import { requestKey } from '../subscriptions/request-key.ts'

/**
 * Starts the rating of a draft. What is plainly none is refused at once; the workflow looks again, under the
 * invoice's lock.
 *
 * @throws not_found; invalid_operation for what is no draft, unless it is to be closed and is
 */
export async function startRecalculation(
  temporal: Temporal,
  scoped: Scoped,
  request: FastifyRequest,
  { id, finalize }: { id: string; finalize: boolean },
): Promise<StartedWorkflow> {
  const { invoice_status: status } = await getInvoice(scoped, id)
  if (status !== 'DRAFT' && !(finalize && status !== 'VOIDED')) {
    const message = `Invoice ${id} is ${status}: only a draft is rated again`
    throw new CodedError('invalid_operation', message, { details: { invoice_status: status } })
  }
  const input = { kind: 'invoice', request_key: requestKey(request), invoice_id: id, finalize } as const
  return temporal.startWorkflow(workflows['calculate-charges'], input, scoped.scope)
}
