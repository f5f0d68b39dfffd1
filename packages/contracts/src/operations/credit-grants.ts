import { z } from 'zod'
import {
  createCreditGrantRequest,
  creditGrantResponse,
  deleteCreditGrantRequest,
  listCreditGrantApplicationsResponse,
  listCreditGrantsResponse,
  updateCreditGrantRequest,
} from '../grants/credit-grant.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Credit Grants'
const byId = z.strictObject({ id: identifier })

export const createCreditGrant = operation({
  operationId: 'createCreditGrant',
  method: 'POST',
  path: '/creditgrants',
  tag,
  summary: 'Give credits to a subscription, or to the subscriptions that a plan will have',
  schema: { body: createCreditGrantRequest, response: { 201: creditGrantResponse } },
})

export const getCreditGrant = operation({
  operationId: 'getCreditGrant',
  method: 'GET',
  path: '/creditgrants/{id}',
  tag,
  summary: 'A credit grant',
  schema: { params: byId, response: { 200: creditGrantResponse } },
})

export const updateCreditGrant = operation({
  operationId: 'updateCreditGrant',
  method: 'PUT',
  path: '/creditgrants/{id}',
  tag,
  summary: 'Change its name or metadata, or when it ends; what was given stays',
  schema: { params: byId, body: updateCreditGrantRequest, response: { 200: creditGrantResponse } },
})

export const deleteCreditGrant = operation({
  operationId: 'deleteCreditGrant',
  method: 'DELETE',
  path: '/creditgrants/{id}',
  tag,
  summary: 'End a credit grant, now or at an instant to come; what was given stays',
  schema: {
    params: byId,
    body: deleteCreditGrantRequest.prefault({}),
    response: { 200: successResponse },
  },
})

export const getPlanCreditGrants = operation({
  operationId: 'getPlanCreditGrants',
  method: 'GET',
  path: '/plans/{id}/creditgrants',
  tag,
  summary: 'The credit grants of a plan',
  schema: { params: byId, response: { 200: listCreditGrantsResponse } },
})

export const getSubscriptionUpcomingGrants = operation({
  operationId: 'getSubscriptionUpcomingGrants',
  method: 'GET',
  path: '/subscriptions/{id}/grants/upcoming',
  tag,
  summary: 'What a subscription is still to be given: of each grant the next',
  schema: { params: byId, response: { 200: listCreditGrantApplicationsResponse } },
})

export const getCustomerUpcomingGrants = operation({
  operationId: 'getCustomerUpcomingGrants',
  method: 'GET',
  path: '/customers/{id}/grants/upcoming',
  tag,
  summary: 'What the subscriptions of a customer are still to be given: of each grant the next',
  schema: { params: byId, response: { 200: listCreditGrantApplicationsResponse } },
})
