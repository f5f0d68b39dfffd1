import type { CreateCreditNoteRequest } from '@flexprice/contracts/credit-notes'
import { createCreditNote } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { type AskedCreditNote, createCreditNote as takeBack } from '@flexprice/database/credit-notes'
import { requestHash } from '@flexprice/database/idempotency'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditNoteResponse } from './credit-note-response.ts'

export function createCreditNoteRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createCreditNote),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('invoice', request.body.invoice_id)
      const note = await takeBack(scoped, askedNote(request.body), await readNow(scoped))
      return reply.code(201).send(await creditNoteResponse(scoped, note))
    },
  })
}

function askedNote(body: CreateCreditNoteRequest): AskedCreditNote {
  const { invoice_id: invoiceId, reason, refund_target, memo, metadata, idempotency_key: key } = body
  return {
    ...{ invoiceId, reason, refundTarget: refund_target ?? null, memo: memo ?? '', metadata: metadata ?? {} },
    lines: body.line_items.map((line) => ({
      lineId: line.invoice_line_item_id,
      amount: line.amount,
      displayName: line.display_name,
      metadata: line.metadata ?? {},
    })),
    request: key === undefined ? undefined : { key, hash: requestHash(body) },
    finalize: body.process_credit_note,
  }
}
