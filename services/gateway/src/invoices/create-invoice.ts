import type { CreateInvoiceRequest } from '@flexprice/contracts/invoices'
import { createInvoice } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { createOneOff, type NewOneOff, type OneOffLine } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import type { FastifyRequest } from 'fastify'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { requestIdentity } from '../plugins/request-identity.ts'
import { type Api, routeOf } from '../route.ts'
import { invoicesWithRecords } from './invoices-with-records.ts'

export function createInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { idempotency_key, ...asked } = request.body
      expectIdOf('customer', asked.customer_id)
      if (asked.subscription_id !== undefined) expectIdOf('subscription', asked.subscription_id)
      const now = await readNow(scoped)
      const key = oneOffKey(request, idempotency_key)
      const oneOff = newOneOff(asked)
      // Of what is meant: a default that is written out is no other request.
      const row = await createOneOff(scoped, { ...oneOff, key, requestHash: requestHash(oneOff) }, now)
      const [invoice] = await invoicesWithRecords(scoped, [row], { lineItems: true, now })
      assert(invoice, 'a row has its answer')
      return reply.code(201).send(invoice)
    },
  })
}

/** The invoice's own key before that of the request around it, which may be another one at each try. */
function oneOffKey(request: FastifyRequest, own: string | undefined): NewOneOff['key'] {
  if (own !== undefined) return { value: own, field: 'idempotency_key' }
  const identity = requestIdentity(request)
  return identity === undefined ? null : { value: identity.key, field: 'Idempotency-Key' }
}

type Asked = Omit<CreateInvoiceRequest, 'idempotency_key'>

/** The sums are left behind: they have been held against the lines, and what is written is the lines' own. */
function newOneOff(asked: Asked): Omit<NewOneOff, 'key' | 'requestHash'> {
  return {
    customerId: asked.customer_id,
    subscriptionId: asked.subscription_id ?? null,
    currency: asked.currency,
    lines: (asked.line_items ?? []).map(oneOffLine),
    description: asked.description ?? '',
    metadata: asked.metadata ?? {},
    issueDate: asked.issue_date ?? null,
    dueDate: asked.due_date ?? null,
    period: statedPeriod(asked),
    finalize: asked.invoice_status !== 'DRAFT',
  }
}

function oneOffLine(line: NonNullable<Asked['line_items']>[number]): OneOffLine {
  const { amount, quantity, display_name: displayName = '', metadata = {} } = line
  return { amount, quantity, displayName, metadata, period: statedPeriod(line) }
}

function statedPeriod({ period_start: start, period_end: end }: Pick<Asked, 'period_start' | 'period_end'>) {
  return start && end ? { start, end } : null
}
