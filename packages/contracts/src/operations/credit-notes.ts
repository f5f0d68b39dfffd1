import { z } from 'zod'
import {
  createCreditNoteRequest,
  creditNoteResponse,
  finalizeCreditNoteRequest,
} from '../credit-notes/credit-note.ts'
import { listRefundsResponse, refundResponse, refundsQuery } from '../credit-notes/refund.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Credit notes'
const byId = z.strictObject({ id: identifier })

export const createCreditNote = operation({
  operationId: 'createCreditNote',
  method: 'POST',
  path: '/creditnotes',
  tag,
  summary:
    'Take back part of a finalized invoice, by line: what is due is lowered first, the rest is given back',
  schema: { body: createCreditNoteRequest, response: { 201: creditNoteResponse } },
})

export const getCreditNote = operation({
  operationId: 'getCreditNote',
  method: 'GET',
  path: '/creditnotes/{id}',
  tag,
  summary: 'A credit note, with its lines, what it lowered and what it gave back',
  schema: { params: byId, response: { 200: creditNoteResponse } },
})

export const processCreditNote = operation({
  operationId: 'processCreditNote',
  method: 'POST',
  path: '/creditnotes/{id}/finalize',
  tag,
  summary: 'Finalize a draft: what it takes back must still be there',
  schema: { params: byId, body: finalizeCreditNoteRequest.optional(), response: { 200: creditNoteResponse } },
})

export const voidCreditNote = operation({
  operationId: 'voidCreditNote',
  method: 'POST',
  path: '/creditnotes/{id}/void',
  tag,
  summary: 'Void a draft, or a note that has only lowered what is due and was not paid upon',
  schema: { params: byId, response: { 200: creditNoteResponse } },
})

export const listRefunds = operation({
  operationId: 'listRefunds',
  method: 'GET',
  path: '/refunds',
  tag,
  summary: 'What was given back, the newest first',
  schema: { querystring: refundsQuery, response: { 200: listRefundsResponse } },
})

export const getRefund = operation({
  operationId: 'getRefund',
  method: 'GET',
  path: '/refunds/{id}',
  tag,
  summary: 'What was given back of one payment',
  schema: { params: byId, response: { 200: refundResponse } },
})
