import { z } from 'zod'
import {
  createBulkPriceRequest,
  createPriceRequest,
  deletePriceRequest,
  priceFilter,
  updatePriceRequest,
} from '../catalog/price.ts'
import { createBulkPriceResponse, listPricesResponse, priceResponse } from '../catalog/price-response.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Prices'
const byId = z.strictObject({ id: identifier })

export const createPrice = operation({
  operationId: 'createPrice',
  method: 'POST',
  path: '/prices',
  tag,
  catalog: 'write',
  summary: 'Make a price of a plan',
  schema: { body: createPriceRequest, response: { 201: priceResponse } },
})

export const createPricesBulk = operation({
  operationId: 'createPricesBulk',
  method: 'POST',
  path: '/prices/bulk',
  body: 'large',
  tag,
  catalog: 'write',
  summary: 'Make several prices: all of them, or none',
  schema: { body: createBulkPriceRequest, response: { 201: createBulkPriceResponse } },
})

export const getPrice = operation({
  operationId: 'getPrice',
  method: 'GET',
  path: '/prices/{id}',
  tag,
  catalog: 'read',
  summary: 'A price by its id',
  schema: { params: byId, response: { 200: priceResponse } },
})

export const getPriceByLookupKey = operation({
  operationId: 'getPriceByLookupKey',
  method: 'GET',
  path: '/prices/lookup/{lookup_key}',
  tag,
  catalog: 'read',
  summary: 'The current price of a lookup key',
  schema: { params: z.strictObject({ lookup_key: identifier }), response: { 200: priceResponse } },
})

export const queryPrice = operation({
  operationId: 'queryPrice',
  method: 'POST',
  path: '/prices/search',
  tag,
  summary: 'Search prices; those that are over only by allow_expired_prices',
  schema: { body: priceFilter.prefault({}), response: { 200: listPricesResponse } },
})

export const updatePrice = operation({
  operationId: 'updatePrice',
  method: 'PUT',
  path: '/prices/{id}',
  tag,
  catalog: 'write',
  summary:
    'Change a price; a change of its money, now or at each next period, ends it and answers with its successor',
  schema: { params: byId, body: updatePriceRequest, response: { 200: priceResponse } },
})

export const deletePrice = operation({
  operationId: 'deletePrice',
  method: 'DELETE',
  path: '/prices/{id}',
  tag,
  catalog: 'write',
  summary: 'End a price, now unless end_date says otherwise',
  schema: { params: byId, body: deletePriceRequest.prefault({}), response: { 200: successResponse } },
})
