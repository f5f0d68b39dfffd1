import { z } from 'zod'
import {
  billingFailuresResponse,
  billingRunResponse,
  billingRunStarted,
  billingRunsQuery,
  billingRunsResponse,
  createBillingRunRequest,
} from '../billing/billing-run.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const tag = 'Billing'
const byId = z.strictObject({ id: identifier })

export const createBillingRun = operation({
  operationId: 'createBillingRun',
  method: 'POST',
  path: '/billing/runs',
  tag,
  summary: 'Bill what is due now, as the schedule does each minute; dry_run only tells what it would be',
  idempotency: 'own',
  schema: { body: createBillingRunRequest, response: { 202: billingRunStarted } },
})

export const listBillingRuns = operation({
  operationId: 'listBillingRuns',
  method: 'GET',
  path: '/billing/runs',
  tag,
  summary: 'Billing runs that had something to do, the newest first',
  schema: { querystring: billingRunsQuery, response: { 200: billingRunsResponse } },
})

export const getBillingRun = operation({
  operationId: 'getBillingRun',
  method: 'GET',
  path: '/billing/runs/{id}',
  tag,
  summary: 'A billing run, with its counts while it runs',
  schema: { params: byId, response: { 200: billingRunResponse } },
})

export const listBillingFailures = operation({
  operationId: 'listBillingFailures',
  method: 'GET',
  path: '/billing/runs/{id}/failures',
  tag,
  summary: 'Subscriptions that this run was the last to fail with, and when each is tried again',
  schema: { params: byId, querystring: billingRunsQuery, response: { 200: billingFailuresResponse } },
})

export const retryBillingFailure = operation({
  operationId: 'retryBillingFailure',
  method: 'POST',
  path: '/billing/runs/{id}/failures/{subscription_id}/retry',
  tag,
  summary: 'Try a subscription again at once',
  schema: {
    params: z.strictObject({ id: identifier, subscription_id: identifier }),
    response: { 202: workflowStarted },
  },
})

export const cancelBillingRun = operation({
  operationId: 'cancelBillingRun',
  method: 'POST',
  path: '/billing/runs/{id}/cancel',
  tag,
  summary: 'Stop a run between two pages: what it has billed stays, the rest is due as before',
  schema: { params: byId, response: { 202: workflowStarted } },
})
