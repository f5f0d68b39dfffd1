import { z } from 'zod'
import { duration } from '../wire/duration.ts'
import { operation } from '../wire/operation.ts'
import { identifier, text } from '../wire/text.ts'
import {
  listQueuesResponse,
  listWorkflowsResponse,
  workflowDetails,
  workflowExecutionFilter,
  workflowResult,
  workflowStarted,
} from '../wire/workflow-execution.ts'

const tag = 'Workflows'
const runId = text(64).optional()
const byId = z.strictObject({ workflow_id: identifier })

export const getTaskResult = operation({
  operationId: 'getTaskResult',
  method: 'GET',
  path: '/tasks/result',
  tag,
  summary: "A workflow's state and, once it is done, its result; `wait=30s` waits for it a while",
  schema: {
    querystring: z.strictObject({ workflow_id: identifier, run_id: runId, wait: duration.optional() }),
    response: { 200: workflowResult },
  },
})

export const getWorkflow = operation({
  operationId: 'getWorkflow',
  method: 'GET',
  path: '/workflows/{workflow_id}',
  tag,
  summary: 'A workflow as Temporal knows it, with its progress while it runs',
  schema: {
    params: byId,
    querystring: z.strictObject({ run_id: runId }),
    response: { 200: workflowDetails },
  },
})

export const streamWorkflowEvents = operation({
  operationId: 'streamWorkflowEvents',
  method: 'GET',
  path: '/workflows/{workflow_id}/events',
  tag,
  summary: "A workflow's progress as it changes, then its result, as server-sent events",
  schema: {
    params: byId,
    querystring: z.strictObject({ run_id: runId }),
    response: {
      200: z.unknown().meta({
        type: 'string',
        description: 'text/event-stream: events `progress` and `result`, each with a WorkflowResult',
      }),
      204: z.undefined().meta({ description: 'The result was the event that `Last-Event-ID` names' }),
    },
  },
})

export const queryWorkflow = operation({
  operationId: 'queryWorkflow',
  method: 'POST',
  path: '/workflows/search',
  tag,
  summary: 'Search the workflows of the environment, newest first',
  schema: { body: workflowExecutionFilter.prefault({}), response: { 200: listWorkflowsResponse } },
})

export const cancelWorkflow = operation({
  operationId: 'cancelWorkflow',
  method: 'POST',
  path: '/workflows/{workflow_id}/cancel',
  tag,
  summary: 'Ask a running workflow to stop; what it has finished stays',
  schema: {
    params: byId,
    querystring: z.strictObject({ run_id: runId }),
    response: { 200: workflowStarted },
  },
})

export const listQueues = operation({
  operationId: 'listQueues',
  method: 'GET',
  path: '/queues',
  tag,
  summary: 'What runs in the environment, by task queue, and since when',
  schema: { response: { 200: listQueuesResponse } },
})
