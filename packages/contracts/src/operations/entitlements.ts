import { z } from 'zod'
import {
  createBulkEntitlementRequest,
  createBulkEntitlementResponse,
  createEntitlementRequest,
  entitlementFilter,
  entitlementResponse,
  listEntitlementsResponse,
  updateEntitlementRequest,
} from '../entitlements/entitlement.ts'
import {
  customerEntitlementsResponse,
  entitledFeatureIds,
  subscriptionEntitlementsResponse,
} from '../usage/aggregated-entitlement.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Entitlements'
const byId = z.strictObject({ id: identifier })

export const createEntitlement = operation({
  operationId: 'createEntitlement',
  method: 'POST',
  path: '/entitlements',
  tag,
  catalog: 'write',
  summary: 'Entitle the subscriptions of a plan, or a single one, to a feature',
  schema: { body: createEntitlementRequest, response: { 201: entitlementResponse } },
})

export const createEntitlementsBulk = operation({
  operationId: 'createEntitlementsBulk',
  method: 'POST',
  path: '/entitlements/bulk',
  body: 'large',
  tag,
  catalog: 'write',
  summary: 'Make several entitlements: all of them, or none',
  schema: { body: createBulkEntitlementRequest, response: { 201: createBulkEntitlementResponse } },
})

export const queryEntitlement = operation({
  operationId: 'queryEntitlement',
  method: 'POST',
  path: '/entitlements/search',
  tag,
  summary: 'Search entitlements',
  schema: { body: entitlementFilter.prefault({}), response: { 200: listEntitlementsResponse } },
})

export const getEntitlement = operation({
  operationId: 'getEntitlement',
  method: 'GET',
  path: '/entitlements/{id}',
  tag,
  summary: 'An entitlement with its feature',
  schema: { params: byId, response: { 200: entitlementResponse } },
})

export const updateEntitlement = operation({
  operationId: 'updateEntitlement',
  method: 'PUT',
  path: '/entitlements/{id}',
  tag,
  catalog: 'write',
  summary: 'Change what an entitlement grants; what is left out stays',
  schema: { params: byId, body: updateEntitlementRequest, response: { 200: entitlementResponse } },
})

export const deleteEntitlement = operation({
  operationId: 'deleteEntitlement',
  method: 'DELETE',
  path: '/entitlements/{id}',
  tag,
  catalog: 'write',
  summary: "Delete an entitlement; what single subscriptions have in a plan's place stays theirs",
  schema: { params: byId, response: { 200: successResponse } },
})

export const getPlanEntitlements = operation({
  operationId: 'getPlanEntitlements',
  method: 'GET',
  path: '/plans/{id}/entitlements',
  tag,
  catalog: 'read',
  summary: 'What a plan entitles its subscriptions to',
  schema: { params: byId, response: { 200: listEntitlementsResponse } },
})

export const getSubscriptionEntitlements = operation({
  operationId: 'getSubscriptionEntitlements',
  method: 'GET',
  path: '/subscriptions/{id}/entitlements',
  tag,
  summary: 'What a subscription is entitled to, by feature, and where it comes from',
  schema: {
    params: byId,
    querystring: entitledFeatureIds,
    response: { 200: subscriptionEntitlementsResponse },
  },
})

export const getCustomerEntitlements = operation({
  operationId: 'getCustomerEntitlements',
  method: 'GET',
  path: '/customers/{id}/entitlements',
  tag,
  summary: 'What all active subscriptions of a customer entitle it to, by feature',
  schema: { params: byId, response: { 200: customerEntitlementsResponse } },
})

export const getCustomerEntitlementsByExternalId = operation({
  operationId: 'getCustomerEntitlementsByExternalID',
  method: 'GET',
  path: '/customers/external/{external_id}/entitlements',
  tag,
  summary: 'What a customer is entitled to, by the id that you gave it',
  schema: {
    params: z.strictObject({ external_id: identifier }),
    response: { 200: customerEntitlementsResponse },
  },
})
