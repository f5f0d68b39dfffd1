import { z } from 'zod'
import { errorDetails, wireErrorCode } from './error.ts'
import { instant } from './instant.ts'
import { notBuilt } from './not-built.ts'
import { recordStatus } from './record-fields.ts'
import { expand, listOf, searchFields } from './search.ts'
import { identifier, text } from './text.ts'

/** Temporal's own words. */
export const workflowStatus = z.enum(['Running', 'Completed', 'Failed', 'Canceled', 'TimedOut', 'Terminated'])
export type WorkflowStatus = z.output<typeof workflowStatus>

/** A state that is asked for, in whatever way people and other tools write it: `CANCELLED`, `timed_out`. */
const askedStatus = text(50)
  .transform((asked) => {
    const letters = lettersOf(asked).replace('cancelled', 'canceled')
    return workflowStatus.options.find((status) => status.toLowerCase() === letters) ?? asked
  })
  .pipe(workflowStatus)

function lettersOf(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z]/g, '')
}

/** Answer to a start: what to ask for by `GET /tasks/result`. */
export const workflowStarted = z
  .object({ message: z.string(), workflow_id: z.string(), run_id: z.string() })
  .meta({ id: 'ModelsTemporalWorkflowResult' })

/** `progress` while it runs, then `result` or `error`; their forms are those of the workflow's definition. */
export const workflowResult = z
  .object({
    ...workflowStarted.shape,
    status: workflowStatus,
    progress: z.unknown().optional(),
    result: z.unknown().optional(),
    error: z
      .object({ code: wireErrorCode, message: z.string(), details: errorDetails.optional() })
      .optional(),
  })
  .meta({ id: 'WorkflowResult' })
export type WorkflowResultResponse = z.output<typeof workflowResult>

const workflowExecution = z
  .object({
    workflow_id: z.string(),
    run_id: z.string(),
    workflow_type: z.string().optional(),
    task_queue: z.string().optional(),
    status: z.string().optional(),
    entity: z.string().optional(),
    entity_id: z.string().optional(),
    start_time: instant.optional(),
    close_time: instant.optional(),
    duration_ms: z.int().optional(),
    total_duration: z.string().optional(),
    created_by: z.string().optional(),
  })
  .meta({ id: 'WorkflowExecutionDTO' })

/** One workflow, with what it says of itself while it runs, and why it has failed. */
export const workflowDetails = z
  .object({
    ...workflowExecution.shape,
    progress: z.unknown().optional(),
    error: workflowResult.shape.error,
  })
  .meta({ id: 'WorkflowDetails' })

export const workflowExecutionFilter = z.strictObject({
  ...searchFields,
  workflow_id: identifier.optional(),
  workflow_type: identifier.optional(),
  // Plain text in the contract; it is one of ours all the same.
  workflow_status: askedStatus.optional(),
  task_queue: identifier.optional(),
  entity: identifier.optional(),
  entity_id: identifier.optional(),
  expand: expand([]),
  // Temporal orders by start, newest first, and knows no other order, no free filters and no record's status.
  order: notBuilt(z.enum(['asc', 'desc']), 'desc'),
  status: notBuilt(recordStatus, 'published'),
  cursor: notBuilt(identifier),
  filters: notBuilt(searchFields.filters),
  sort: notBuilt(searchFields.sort),
})

export const listWorkflowsResponse = listOf(workflowExecution).meta({ id: 'ListWorkflowsResponse' })

/** What of the environment runs from this queue; what the platform has to do is in its metrics. */
const taskQueue = z
  .object({
    name: z.string(),
    workflow: z.string(),
    running: z.int(),
    running_since: instant.optional(),
  })
  .meta({ id: 'TaskQueue' })

export const listQueuesResponse = z.object({ items: z.array(taskQueue) }).meta({ id: 'ListQueuesResponse' })
