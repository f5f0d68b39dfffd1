import { z } from 'zod'
import { operation } from '../operation.ts'
import { listSubscriptionsResponse, subscriptionFilter, subscriptionResponse } from '../subscription.ts'
import { listSubscriptionLineItemsResponse, subscriptionLineItemFilter } from '../subscription-line-item.ts'
import { identifier } from '../text.ts'

const tag = 'Subscriptions'

export const getSubscription = operation({
  operationId: 'getSubscription',
  method: 'GET',
  path: '/subscriptions/{id}',
  tag,
  summary: 'A subscription with its line items',
  schema: { params: z.strictObject({ id: identifier }), response: { 200: subscriptionResponse } },
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
