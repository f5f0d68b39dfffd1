import { z } from 'zod'
import {
  bulkChangeItemsQuery,
  bulkChangeItemsResponse,
  bulkChangeRequest,
  bulkChangeResponse,
  bulkChangeStarted,
  previewBulkChangeRequest,
} from '../changes/bulk-change.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Subscription changes'
const byId = z.strictObject({ id: identifier })

export const previewSubscriptionChangeBulk = operation({
  operationId: 'previewSubscriptionChangeBulk',
  method: 'POST',
  path: '/subscriptions/change/bulk/preview',
  tag,
  summary:
    "What changing a plan's subscriptions, or a list of them, to another plan would credit and charge; nothing is changed",
  idempotency: 'own',
  schema: { body: previewBulkChangeRequest, response: { 202: bulkChangeStarted } },
})

export const executeSubscriptionChangeBulk = operation({
  operationId: 'executeSubscriptionChangeBulk',
  method: 'POST',
  path: '/subscriptions/change/bulk',
  tag,
  summary: 'Change exactly what was previewed, or nothing (409); what cannot be changed any more is left out',
  idempotency: 'own',
  schema: { body: bulkChangeRequest, response: { 202: bulkChangeStarted } },
})

export const getSubscriptionChangeBulk = operation({
  operationId: 'getSubscriptionChangeBulk',
  method: 'GET',
  path: '/subscriptions/change/bulk/{id}',
  tag,
  summary: 'Many changes: totals as previewed and as made, who is left out and why, how far it is',
  schema: { params: byId, response: { 200: bulkChangeResponse } },
})

export const listSubscriptionChangeBulkItems = operation({
  operationId: 'listSubscriptionChangeBulkItems',
  method: 'GET',
  path: '/subscriptions/change/bulk/{id}/items',
  tag,
  summary: "Each subscription's change",
  schema: { params: byId, querystring: bulkChangeItemsQuery, response: { 200: bulkChangeItemsResponse } },
})

export const downloadSubscriptionChangeBulk = operation({
  operationId: 'downloadSubscriptionChangeBulk',
  method: 'GET',
  path: '/subscriptions/change/bulk/{id}/download',
  tag,
  summary: 'The same as CSV, a row a subscription',
  schema: {
    params: byId,
    response: { 200: z.unknown().meta({ type: 'string', description: 'text/csv' }) },
  },
})
