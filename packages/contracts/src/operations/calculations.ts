import { z } from 'zod'
import {
  calculationItemsQuery,
  calculationItemsResponse,
  calculationResponse,
  calculationStarted,
  createCalculationRequest,
} from '../calculations/calculation.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Calculations'
const byId = z.strictObject({ id: identifier })

export const createCalculation = operation({
  operationId: 'createCalculation',
  method: 'POST',
  path: '/calculations',
  tag,
  summary:
    'Compute what subscriptions will be billed next, or for a window: where it is a period of the subscription the invoice of that, else what lies in it, nothing in advance; create_drafts keeps their drafts up to date',
  idempotency: 'own',
  schema: { body: createCalculationRequest, response: { 202: calculationStarted } },
})

export const getCalculation = operation({
  operationId: 'getCalculation',
  method: 'GET',
  path: '/calculations/{id}',
  tag,
  summary: 'A calculation with its totals by currency and by plan',
  schema: { params: byId, response: { 200: calculationResponse } },
})

export const listCalculationItems = operation({
  operationId: 'listCalculationItems',
  method: 'GET',
  path: '/calculations/{id}/items',
  tag,
  summary: 'What each subscription is charged, line by line, with how it came about',
  schema: { params: byId, querystring: calculationItemsQuery, response: { 200: calculationItemsResponse } },
})

export const downloadCalculation = operation({
  operationId: 'downloadCalculation',
  method: 'GET',
  path: '/calculations/{id}/download',
  tag,
  summary: 'The same as CSV, a row a line',
  schema: { params: byId, response: { 200: z.unknown().meta({ type: 'string', description: 'text/csv' }) } },
})
