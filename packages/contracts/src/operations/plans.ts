import { z } from 'zod'
import {
  clonePlanRequest,
  createPlanRequest,
  listPlansResponse,
  planFilter,
  planResponse,
  updatePlanRequest,
} from '../plans/plan.ts'
import { syncPlanPricesRequest } from '../price-sync/sync-preview.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const tag = 'Plans'
const byId = z.strictObject({ id: identifier })

export const createPlan = operation({
  operationId: 'createPlan',
  method: 'POST',
  path: '/plans',
  tag,
  catalog: 'write',
  summary: 'Make a plan',
  schema: { body: createPlanRequest, response: { 201: planResponse } },
})

export const getPlan = operation({
  operationId: 'getPlan',
  method: 'GET',
  path: '/plans/{id}',
  tag,
  summary: 'A plan with its prices and how far they are synced to its subscriptions',
  schema: { params: byId, response: { 200: planResponse } },
})

export const queryPlan = operation({
  operationId: 'queryPlan',
  method: 'POST',
  path: '/plans/search',
  tag,
  summary: 'Search plans',
  schema: { body: planFilter.prefault({}), response: { 200: listPlansResponse } },
})

export const updatePlan = operation({
  operationId: 'updatePlan',
  method: 'PUT',
  path: '/plans/{id}',
  tag,
  catalog: 'write',
  summary: 'Change a plan; what is left out stays',
  schema: { params: byId, body: updatePlanRequest, response: { 200: planResponse } },
})

export const deletePlan = operation({
  operationId: 'deletePlan',
  method: 'DELETE',
  path: '/plans/{id}',
  tag,
  catalog: 'write',
  summary: 'Delete a plan that no subscription uses',
  schema: { params: byId, response: { 200: successResponse } },
})

export const clonePlan = operation({
  operationId: 'clonePlan',
  method: 'POST',
  path: '/plans/{id}/clone',
  tag,
  catalog: 'write',
  summary: 'Make a plan like another one, with its present and scheduled prices',
  schema: { params: byId, body: clonePlanRequest.prefault({}), response: { 201: planResponse } },
})

export const syncPlanPrices = operation({
  operationId: 'syncPlanPrices',
  method: 'POST',
  path: '/plans/{id}/sync/subscriptions',
  tag,
  catalog: 'write',
  summary:
    "Bring the plan's prices to all of its subscriptions, as a workflow; with preview_id its edits are made first",
  schema: { params: byId, body: syncPlanPricesRequest.prefault({}), response: { 200: workflowStarted } },
})
