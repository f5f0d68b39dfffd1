import { z } from 'zod'
import { getInvoiceQuery, invoiceFilter, invoiceResponse, listInvoicesResponse } from '../invoice.ts'
import { invoiceExplanationResponse } from '../invoice-line-item.ts'
import { customerInvoiceSummaries } from '../invoice-summary.ts'
import { operation } from '../operation.ts'
import { identifier } from '../text.ts'

const tag = 'Invoices'
const byId = z.strictObject({ id: identifier })

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
  summary: 'How the amount of each line of an invoice came about',
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
