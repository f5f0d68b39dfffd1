import { z } from 'zod'
import {
  createSubscriptionLineItemRequest,
  deleteSubscriptionLineItemRequest,
  updateSubscriptionLineItemRequest,
} from '../subscriptions/line-item-change.ts'
import {
  getSubscriptionV2Query,
  listSubscriptionsResponse,
  subscriptionFilter,
  subscriptionResponse,
  subscriptionResponseV2,
  subscriptionsOfCustomerQuery,
} from '../subscriptions/subscription.ts'
import {
  activateSubscriptionRequest,
  createSubscriptionRequest,
  createSubscriptionsBulkRequest,
} from '../subscriptions/subscription-create.ts'
import {
  listSubscriptionLineItemsResponse,
  subscriptionLineItemFilter,
  subscriptionLineItemResponse,
} from '../subscriptions/subscription-line-item.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const tag = 'Subscriptions'

const byId = z.strictObject({ id: identifier })

export const createSubscription = operation({
  operationId: 'createSubscription',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions',
  tag,
  summary: 'Make a subscription with its opening invoice; `Prefer: respond-async` answers at once with 202',
  schema: { body: createSubscriptionRequest, response: { 201: subscriptionResponse, 202: workflowStarted } },
})

export const createSubscriptionsBulk = operation({
  operationId: 'createSubscriptionsBulk',
  method: 'POST',
  idempotency: 'own',
  path: '/subscriptions/bulk',
  body: 'large',
  tag,
  summary:
    'Make up to 1,000 subscriptions, each item as for one, with an idempotency_key if wanted; a bad item does not stop the rest',
  schema: { body: createSubscriptionsBulkRequest, response: { 202: workflowStarted } },
})

export const activateSubscription = operation({
  operationId: 'activateSubscription',
  method: 'POST',
  idempotency: 'own',
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
  summary: 'A subscription with its plan, customer, line items and newest invoice',
  schema: { params: byId, response: { 200: subscriptionResponse } },
})

export const getSubscriptionV2 = operation({
  operationId: 'getSubscriptionV2',
  method: 'GET',
  path: '/subscriptions/{id}/v2',
  tag,
  summary: 'A subscription with what `expand` names: customer, plan, line_items, meters, prices',
  schema: { params: byId, querystring: getSubscriptionV2Query, response: { 200: subscriptionResponseV2 } },
})

export const querySubscription = operation({
  operationId: 'querySubscription',
  method: 'POST',
  path: '/subscriptions/search',
  tag,
  summary: 'Search subscriptions',
  schema: { body: subscriptionFilter.prefault({}), response: { 200: listSubscriptionsResponse } },
})

export const getSubscriptionsForCustomer = operation({
  operationId: 'getSubscriptionsForCustomer',
  method: 'GET',
  path: '/customers/external/{external_id}/subscriptions',
  tag,
  summary:
    "A customer's subscriptions with lines, meters and entitlements, by your own id of the customer; newest first, 1,000 at the most",
  schema: {
    params: z.strictObject({ external_id: identifier }),
    querystring: subscriptionsOfCustomerQuery,
    response: { 200: listSubscriptionsResponse },
  },
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

export const createSubscriptionLineItem = operation({
  operationId: 'createSubscriptionLineItem',
  method: 'POST',
  idempotency: 'own_with_prorations',
  path: '/subscriptions/{id}/lineitems',
  tag,
  summary:
    'Add a line to a running subscription; the next invoice bills it first, with prorations one at once',
  schema: {
    params: byId,
    body: createSubscriptionLineItemRequest,
    response: { 201: subscriptionLineItemResponse },
  },
})

export const updateSubscriptionLineItem = operation({
  operationId: 'updateSubscriptionLineItem',
  method: 'PUT',
  idempotency: 'own_with_prorations',
  path: '/subscriptions/lineitems/{id}',
  tag,
  summary: 'Change the quantity, price or metadata of a line; the answer is the line that has the change',
  schema: {
    params: byId,
    body: updateSubscriptionLineItemRequest,
    response: { 200: subscriptionLineItemResponse },
  },
})

export const deleteSubscriptionLineItem = operation({
  operationId: 'deleteSubscriptionLineItem',
  method: 'DELETE',
  idempotency: 'own_with_prorations',
  path: '/subscriptions/lineitems/{id}',
  tag,
  summary: 'End a line and what carries it on, now unless effective_from says otherwise',
  schema: {
    params: byId,
    body: deleteSubscriptionLineItemRequest.prefault({}),
    response: { 200: subscriptionLineItemResponse },
  },
})
