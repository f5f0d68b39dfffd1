import { z } from 'zod'
import { operation } from '../operation.ts'
import { listSubscriptionsResponse, subscriptionFilter, subscriptionResponse } from '../subscription.ts'
import {
  activateSubscriptionRequest,
  createSubscriptionRequest,
  createSubscriptionsBulkRequest,
} from '../subscription-create.ts'
import { listSubscriptionLineItemsResponse, subscriptionLineItemFilter } from '../subscription-line-item.ts'
import { identifier } from '../text.ts'
import { workflowStarted } from '../workflow-execution.ts'

const tag = 'Subscriptions'

const byId = z.strictObject({ id: identifier })

export const createSubscription = operation({
  operationId: 'createSubscription',
  method: 'POST',
  path: '/subscriptions',
  tag,
  summary: 'Make a subscription with its opening invoice; `Prefer: respond-async` answers at once with 202',
  schema: { body: createSubscriptionRequest, response: { 201: subscriptionResponse, 202: workflowStarted } },
})

export const createSubscriptionsBulk = operation({
  operationId: 'createSubscriptionsBulk',
  method: 'POST',
  path: '/subscriptions/bulk',
  tag,
  summary:
    'Make up to 1,000 subscriptions, each item as for one, with an idempotency_key if wanted; a bad item does not stop the rest',
  schema: { body: createSubscriptionsBulkRequest, response: { 202: workflowStarted } },
})

export const activateSubscription = operation({
  operationId: 'activateSubscription',
  method: 'POST',
  path: '/subscriptions/{id}/activate',
  tag,
  summary: 'Begin a draft from start_date: its lines are made anew, it is tried or billed',
  schema: {
    params: byId,
    body: activateSubscriptionRequest,
    response: { 200: subscriptionResponse, 202: workflowStarted },
  },
})

export const getSubscription = operation({
  operationId: 'getSubscription',
  method: 'GET',
  path: '/subscriptions/{id}',
  tag,
  summary: 'A subscription with its line items',
  schema: { params: byId, response: { 200: subscriptionResponse } },
})

export const querySubscription = operation({
  operationId: 'querySubscription',
  method: 'POST',
  path: '/subscriptions/search',
  tag,
  summary: 'Search subscriptions',
  schema: { body: subscriptionFilter.prefault({}), response: { 200: listSubscriptionsResponse } },
})

export const querySubscriptionLineItems = operation({
  operationId: 'querySubscriptionLineItems',
  method: 'POST',
  path: '/subscriptions/lineitems/search',
  tag,
  summary: 'Search line items of subscriptions',
  schema: {
    body: subscriptionLineItemFilter.prefault({}),
    response: { 200: listSubscriptionLineItemsResponse },
  },
})
