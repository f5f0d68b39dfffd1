import { z } from 'zod'
import { invoiceResponse } from '../invoices/invoice.ts'
import {
  createPaymentRequest,
  listPaymentsResponse,
  paymentResponse,
  paymentsQuery,
  updateInvoicePaymentStatusRequest,
  updatePaymentRequest,
} from '../payments/payment.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Payments'
const byId = z.strictObject({ id: identifier })

export const createPayment = operation({
  operationId: 'createPayment',
  method: 'POST',
  path: '/payments',
  tag,
  summary: 'Pay a finalized invoice, in whole or in part: OFFLINE, what was received elsewhere, or CREDITS',
  schema: { body: createPaymentRequest, response: { 201: paymentResponse } },
})

export const listPayments = operation({
  operationId: 'listPayments',
  method: 'GET',
  path: '/payments',
  tag,
  summary: 'Payments, the newest first',
  schema: { querystring: paymentsQuery, response: { 200: listPaymentsResponse } },
})

export const getPayment = operation({
  operationId: 'getPayment',
  method: 'GET',
  path: '/payments/{id}',
  tag,
  summary: 'A payment',
  schema: { params: byId, response: { 200: paymentResponse } },
})

export const updatePayment = operation({
  operationId: 'updatePayment',
  method: 'PUT',
  path: '/payments/{id}',
  tag,
  summary: 'Change its metadata, or its state: VOIDED takes back one that was kept by mistake',
  schema: { params: byId, body: updatePaymentRequest, response: { 200: paymentResponse } },
})

export const deletePayment = operation({
  operationId: 'deletePayment',
  method: 'DELETE',
  path: '/payments/{id}',
  tag,
  summary: 'Delete a payment that never moved money',
  schema: { params: byId, response: { 200: successResponse } },
})

export const processPayment = operation({
  operationId: 'processPayment',
  method: 'POST',
  path: '/payments/{id}/process',
  tag,
  summary: 'Settle a payment that was not processed as it was made; one that succeeded stays as it is',
  schema: { params: byId, response: { 200: paymentResponse } },
})

export const updateInvoicePaymentStatus = operation({
  operationId: 'updateInvoicePaymentStatus',
  method: 'PUT',
  path: '/invoices/{id}/payment',
  tag,
  summary:
    'Say that an invoice was paid elsewhere: kept as an OFFLINE payment of what remains, or of the amount',
  schema: { params: byId, body: updateInvoicePaymentStatusRequest, response: { 200: invoiceResponse } },
})

export const attemptInvoicePayment = operation({
  operationId: 'attemptInvoicePayment',
  method: 'POST',
  path: '/invoices/{id}/payment/attempt',
  tag,
  summary:
    'Pay what remains of an invoice with its customer’s credits, as far as they go: a payment of CREDITS',
  schema: { params: byId, response: { 200: successResponse } },
})
