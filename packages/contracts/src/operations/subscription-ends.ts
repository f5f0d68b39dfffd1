import { z } from 'zod'
import {
  cancelSubscriptionRequest,
  cancelSubscriptionResponse,
  standingChangePreview,
} from '../changes/cancellation.ts'
import { pauseSubscriptionResponse, resumeSubscriptionResponse } from '../changes/pause.ts'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { pauseSubscriptionRequest, resumeSubscriptionRequest } from '../subscriptions/subscription-pause.ts'
import { updateSubscriptionRequest } from '../subscriptions/subscription-update.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Subscription changes'
const params = z.strictObject({ id: identifier })

export const cancelSubscription = operation({
  operationId: 'cancelSubscription',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/cancel',
  tag,
  summary: 'End a subscription now, with its period, or at a date; the last usage is billed once',
  schema: { params, body: cancelSubscriptionRequest, response: { 200: cancelSubscriptionResponse } },
})

export const previewSubscriptionCancellation = operation({
  operationId: 'previewSubscriptionCancellation',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/cancel/preview',
  tag,
  summary: 'What a cancellation would credit and bill, to the cent; nothing is written',
  schema: { params, body: cancelSubscriptionRequest, response: { 200: standingChangePreview } },
})

export const pauseSubscription = operation({
  operationId: 'pauseSubscription',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/pause',
  tag,
  summary:
    'Let a subscription stand still, now or with its period: it bills what was before, and nothing within',
  schema: {
    params,
    body: pauseSubscriptionRequest.prefault({}),
    response: { 200: pauseSubscriptionResponse },
  },
})

export const previewSubscriptionPause = operation({
  operationId: 'previewSubscriptionPause',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/pause/preview',
  tag,
  summary: 'What a pause would credit, to the cent; nothing is written',
  schema: { params, body: pauseSubscriptionRequest.prefault({}), response: { 200: standingChangePreview } },
})

export const resumeSubscription = operation({
  operationId: 'resumeSubscription',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/resume',
  tag,
  summary: 'Let a paused subscription go on, now or with its period; a pause that is to come is taken back',
  schema: {
    params,
    body: resumeSubscriptionRequest.prefault({}),
    response: { 200: resumeSubscriptionResponse },
  },
})

export const previewSubscriptionResume = operation({
  operationId: 'previewSubscriptionResume',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/{id}/resume/preview',
  tag,
  summary: 'What going on would charge, to the cent; nothing is written',
  schema: { params, body: resumeSubscriptionRequest.prefault({}), response: { 200: standingChangePreview } },
})

export const updateSubscription = operation({
  operationId: 'updateSubscription',
  method: 'PUT',
  idempotency: 'own',
  path: '/subscriptions/{id}',
  tag,
  summary: 'Set the end of a subscription, or take it back',
  schema: { params, body: updateSubscriptionRequest, response: { 200: subscriptionResponse } },
})
