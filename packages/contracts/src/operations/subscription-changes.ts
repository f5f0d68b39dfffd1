import { z } from 'zod'
import {
  subscriptionChangeExecuteResponse,
  subscriptionChangePreviewResponse,
  subscriptionChangeRequest,
} from '../changes/subscription-change.ts'
import {
  subscriptionPlanChangeRequest,
  subscriptionPlanChangeResponse,
} from '../changes/subscription-change-v2.ts'
import { subscriptionModifyRequest, subscriptionModifyResponse } from '../changes/subscription-modify.ts'
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

export const previewSubscriptionPlanChangeV2 = operation({
  operationId: 'previewSubscriptionPlanChangeV2',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/change/v2/preview',
  tag,
  summary: 'What changing a subscription to another plan would make, end and bill; nothing is written',
  schema: {
    params: byId,
    body: subscriptionPlanChangeRequest,
    response: { 200: subscriptionPlanChangeResponse },
  },
})

export const executeSubscriptionPlanChangeV2 = operation({
  operationId: 'executeSubscriptionPlanChangeV2',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/change/v2/execute',
  tag,
  summary: 'Change a subscription to another plan in place, with what was made, ended and billed',
  schema: {
    params: byId,
    body: subscriptionPlanChangeRequest,
    response: { 200: subscriptionPlanChangeResponse },
  },
})

export const previewSubscriptionModify = operation({
  operationId: 'previewSubscriptionModify',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/modify/preview',
  tag,
  summary: 'What other quantities or amounts of lines would credit and charge at once; nothing is written',
  schema: {
    params: byId,
    body: subscriptionModifyRequest,
    response: { 200: subscriptionModifyResponse },
  },
})

export const executeSubscriptionModify = operation({
  operationId: 'executeSubscriptionModify',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/modify/execute',
  tag,
  summary: 'Change quantities or amounts of lines at once, prorated',
  schema: {
    params: byId,
    body: subscriptionModifyRequest,
    response: { 200: subscriptionModifyResponse },
  },
})
