import { type InvoiceResponse, invoiceResponse } from '@flexprice/contracts/invoices'
import { getInvoicePreview } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getSubscription } from '@flexprice/database/subscriptions'
import { equalDecimals, readDecimal, zero } from '@flexprice/domain/money'
import { z } from 'zod'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'
import { lineWarningsResponse } from '../warnings-response.ts'
import { withoutNulls } from '../without-nulls.ts'
import { awaitWorkflow } from '../workflows/await-workflow.ts'

/** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
export function getInvoicePreviewRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  { waitMsMax }: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(getInvoicePreview),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { subscription_id, period_start, period_end, hide_zero_charges_line_items } = request.body
      expectIdOf('subscription', subscription_id)
      await getSubscription(scoped, subscription_id)
      const window =
        period_start && period_end
          ? { start: period_start.toISOString(), end: period_end.toISOString() }
          : null
      const contract = workflows['calculate-charges']
      const input = { kind: 'preview', request_key: requestKey(request), subscription_id, window } as const
      const started = await temporal.startWorkflow(contract, input, scoped.scope)
      const result = await awaitWorkflow(temporal, scoped.scope, started, { reply, waitMsMax, closing })
      const invoice = previewOf(result)
      return reply.send(hide_zero_charges_line_items ? withoutZeroLines(invoice) : invoice)
    },
  })
}

/** What comes from the workflow is JSON: of the draft's rows, with nulls where the wire has nothing. */
function previewOf(result: unknown): InvoiceResponse {
  const { preview, invoiced_by, failed_change } = previewed.parse(result)
  const { line_items, ...invoice } = preview
  const lines = z.array(z.record(z.string(), z.unknown())).parse(line_items)
  const of = {
    invoice_id: invoice.id,
    customer_id: invoice.customer_id,
    subscription_id: invoice.subscription_id,
    currency: invoice.currency,
  }
  const parsed = invoiceResponse.parse({
    ...withoutNulls(invoice),
    subscription_customer_id: invoice.customer_id,
    line_items: lines.map((line) => ({
      ...withoutNulls(line),
      ...of,
      ...(line.plan_id === null ? {} : { entity_type: 'plan', entity_id: line.plan_id }),
    })),
  })
  const warnings = [
    ...(invoiced_by ? [alreadyInvoiced(invoiced_by)] : []),
    ...(failed_change ? [neverMade(failed_change)] : []),
    ...(lineWarningsResponse(parsed.line_items ?? []) ?? []),
  ]
  return { ...parsed, ...(warnings.length > 0 && { warnings }) }
}

const previewed = z.object({
  preview: z.record(z.string(), z.unknown()),
  invoiced_by: z.string().nullish(),
  failed_change: z.object({ schedule_id: z.string(), message: z.string() }).optional(),
})

function neverMade({ schedule_id, message }: { schedule_id: string; message: string }) {
  return {
    code: 'scheduled_change_fails',
    message: `The change ${schedule_id} that waits for it can never be made: ${message}. It is billed without it.`,
  }
}

function alreadyInvoiced(id: string) {
  return {
    code: 'already_invoiced',
    message: `Invoice ${id} is closed and has billed this: nothing of it will be billed again.`,
  }
}

function withoutZeroLines(invoice: InvoiceResponse): InvoiceResponse {
  const line_items = invoice.line_items?.filter(({ amount }) => !equalDecimals(readDecimal(amount), zero))
  return { ...invoice, line_items }
}
