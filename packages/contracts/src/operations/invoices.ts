import { z } from 'zod'
import {
  getInvoiceQuery,
  invoiceFilter,
  invoiceResponse,
  listInvoicesResponse,
  previewInvoiceRequest,
} from '../invoices/invoice.ts'
import { createInvoiceRequest, updateInvoiceRequest } from '../invoices/invoice-create.ts'
import { invoiceExplanationResponse } from '../invoices/invoice-line-item.ts'
import { customerInvoiceSummaries } from '../invoices/invoice-summary.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const tag = 'Invoices'
const byId = z.strictObject({ id: identifier })

export const createInvoice = operation({
  operationId: 'createInvoice',
  method: 'POST',
  path: '/invoices',
  tag,
  summary: 'Bill a customer once: lines with their sums; finalized at once unless invoice_status is DRAFT',
  schema: { body: createInvoiceRequest, response: { 201: invoiceResponse } },
})

export const updateInvoice = operation({
  operationId: 'updateInvoice',
  method: 'PUT',
  path: '/invoices/{id}',
  tag,
  summary: 'Change when an unpaid invoice is due, or the notes on one; amounts never change',
  schema: { params: byId, body: updateInvoiceRequest, response: { 200: invoiceResponse } },
})

export const getInvoice = operation({
  operationId: 'getInvoice',
  method: 'GET',
  path: '/invoices/{id}',
  tag,
  summary: 'An invoice with its lines',
  schema: { params: byId, querystring: getInvoiceQuery, response: { 200: invoiceResponse } },
})

export const queryInvoice = operation({
  operationId: 'queryInvoice',
  method: 'POST',
  path: '/invoices/search',
  tag,
  summary: 'Search invoices; with their lines unless skip_line_items',
  schema: { body: invoiceFilter.prefault({}), response: { 200: listInvoicesResponse } },
})

export const explainInvoice = operation({
  operationId: 'explainInvoice',
  method: 'GET',
  path: '/invoices/{id}/explain',
  tag,
  summary: 'How the amount of each line of an invoice came about, and the history of its states',
  schema: { params: byId, response: { 200: invoiceExplanationResponse } },
})

export const getCustomerInvoiceSummary = operation({
  operationId: 'getCustomerInvoiceSummary',
  method: 'GET',
  path: '/customers/{id}/invoices/summary',
  tag,
  summary: 'What a customer was billed, owes and is late with, by currency',
  schema: { params: byId, response: { 200: customerInvoiceSummaries } },
})

export const getInvoicePreview = operation({
  operationId: 'getInvoicePreview',
  method: 'POST',
  path: '/invoices/preview',
  tag,
  summary:
    "A subscription's next invoice as it would be now; for a window that is one of its periods, that one's invoice; for any other, what lies in it: usage and charges in arrear, nothing in advance. Nothing is written",
  idempotency: 'own',
  schema: { body: previewInvoiceRequest, response: { 200: invoiceResponse } },
})

export const recalculateInvoice = operation({
  operationId: 'recalculateInvoice',
  method: 'POST',
  path: '/invoices/{id}/recalculate',
  tag,
  summary: 'Make a draft in the place of a voided invoice, as a workflow; asking again gives the same one',
  idempotency: 'own',
  schema: { params: byId, response: { 202: workflowStarted } },
})

export const recalculateInvoiceV2 = operation({
  operationId: 'recalculateInvoiceV2',
  method: 'POST',
  path: '/invoices/{id}/recalculate-v2',
  tag,
  summary: 'Rate a draft once more and finalize it, unless finalize is false; answers with it',
  idempotency: 'own',
  schema: {
    params: byId,
    querystring: z.strictObject({ finalize: z.stringbool().meta({ type: 'boolean' }).optional() }),
    response: { 200: invoiceResponse },
  },
})

export const finalizeInvoice = operation({
  operationId: 'finalizeInvoice',
  method: 'POST',
  path: '/invoices/{id}/finalize',
  tag,
  summary: 'Rate a draft whose period has ended once more, close and number it; asking again changes nothing',
  idempotency: 'own',
  schema: { params: byId, response: { 200: successResponse } },
})

export const voidInvoice = operation({
  operationId: 'voidInvoice',
  method: 'POST',
  path: '/invoices/{id}/void',
  tag,
  summary: 'Void a draft or a finalized invoice: it keeps its number, and what it billed can be billed again',
  schema: { params: byId, response: { 200: successResponse } },
})
