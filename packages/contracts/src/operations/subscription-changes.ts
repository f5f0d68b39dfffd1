import { z } from 'zod'
import {
  subscriptionChangeExecuteResponse,
  subscriptionChangePreviewResponse,
  subscriptionChangeRequest,
} from '../changes/subscription-change.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Subscription changes'
const byId = z.strictObject({ id: identifier })

export const previewSubscriptionChange = operation({
  operationId: 'previewSubscriptionChange',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/change/preview',
  tag,
  summary:
    'What changing a subscription to another plan would credit and charge, to the cent; nothing is written',
  schema: {
    params: byId,
    body: subscriptionChangeRequest,
    response: { 200: subscriptionChangePreviewResponse },
  },
})

export const executeSubscriptionChange = operation({
  operationId: 'executeSubscriptionChange',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/change/execute',
  tag,
  summary: 'Change a subscription to another plan in place: as its preview, which it is',
  schema: {
    params: byId,
    body: subscriptionChangeRequest,
    response: { 200: subscriptionChangeExecuteResponse },
  },
})
