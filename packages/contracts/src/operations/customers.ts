import { z } from 'zod'
import {
  createCustomerRequest,
  customerFilter,
  customerResponse,
  listCustomersResponse,
  updateCustomerRequest,
} from '../customers/customer.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Customers'
const byId = z.strictObject({ id: identifier })

export const createCustomer = operation({
  operationId: 'createCustomer',
  method: 'POST',
  path: '/customers',
  tag,
  summary: 'Make a customer',
  schema: { body: createCustomerRequest, response: { 201: customerResponse } },
})

export const getCustomer = operation({
  operationId: 'getCustomer',
  method: 'GET',
  path: '/customers/{id}',
  tag,
  summary: 'A customer by its id',
  schema: { params: byId, response: { 200: customerResponse } },
})

export const getCustomerByExternalId = operation({
  operationId: 'getCustomerByExternalId',
  method: 'GET',
  path: '/customers/external/{external_id}',
  tag,
  summary: 'A customer by the id that you gave it',
  schema: { params: z.strictObject({ external_id: identifier }), response: { 200: customerResponse } },
})

export const queryCustomer = operation({
  operationId: 'queryCustomer',
  method: 'POST',
  path: '/customers/search',
  tag,
  summary: 'Search customers',
  schema: { body: customerFilter.prefault({}), response: { 200: listCustomersResponse } },
})

export const updateCustomer = operation({
  operationId: 'updateCustomer',
  method: 'PUT',
  path: '/customers',
  tag,
  summary: 'Change a customer, named by one of its two ids; what is left out stays',
  schema: {
    querystring: z.strictObject({ id: identifier.optional(), external_customer_id: identifier.optional() }),
    body: updateCustomerRequest,
    response: { 200: customerResponse },
  },
})

export const deleteCustomer = operation({
  operationId: 'deleteCustomer',
  method: 'DELETE',
  path: '/customers/{id}',
  tag,
  summary: 'Delete a customer that has no subscription',
  schema: { params: byId, response: { 204: z.undefined() } },
})
