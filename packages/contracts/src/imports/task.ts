import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { jsonObject } from '../wire/json-object.ts'
import { notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordFields, recordStatus } from '../wire/record-fields.ts'
import { expand, listOf, queryPage } from '../wire/search.ts'
import { identifier, name, text } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const taskType = z.enum(['IMPORT', 'EXPORT'])
/** SUBSCRIPTIONS are ours. */
const entityType = z.enum(['EVENTS', 'PRICES', 'CUSTOMERS', 'FEATURES', 'SUBSCRIPTIONS'])
const taskStatus = z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'])
/** Who reads it may refuse where it leads; what is no address at all is refused here. */
const fileUrl = text(2_000).refine(isWebAddress, 'must be an address that begins with https://')

function isWebAddress(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value)
}

/** NDJSON is ours: an object a line. Each of them may be gzip, which is seen. */
const fileType = z.enum(['CSV', 'JSON', 'NDJSON'])

export const createTaskRequest = z
  .strictObject({
    task_type: notBuiltValues(taskType, ['EXPORT']),
    entity_type: entityType,
    file_type: fileType,
    /** Whatever the caller calls the place that it brought the file from; left out, it is what says where the file is. */
    file_provider: text(50).optional(),
    /** Ours: left out where file_url says where the file is. */
    upload_id: identifier.optional(),
    file_name: name.optional(),
    metadata: jsonObject.optional(),
    /** Ours: its progress can be read by the workflow's result, too, with rate and remaining time. */
    track_progress: z.boolean().default(false),
    /** Ours: checks every row as if it were imported, and writes none. */
    dry_run: z.boolean().default(false),
    /** Ours: where the file is, in place of an upload. */
    file_url: fileUrl.optional(),
  })
  .refine(({ upload_id, file_url }) => upload_id !== undefined || file_url !== undefined, {
    path: ['upload_id'],
    message: 'is required, or file_url',
  })
  .refine(({ upload_id, file_url }) => upload_id === undefined || file_url === undefined, {
    path: ['file_url'],
    message: 'must not come with upload_id',
  })
export type CreateTaskRequest = z.output<typeof createTaskRequest>

const count = z.int()

export const taskResponse = z
  .object({
    ...recordFields,
    task_type: taskType,
    entity_type: entityType,
    file_type: fileType,
    file_name: z.string().optional(),
    file_url: z.string().optional(),
    task_status: taskStatus,
    metadata: z.record(z.string(), z.unknown()).optional(),
    /** Known once the file is read to its end. */
    total_records: count.optional(),
    processed_records: count,
    successful_records: count,
    failed_records: count,
    error_summary: z.string().optional(),
    scheduled_task_id: z.string().optional(),
    workflow_id: z.string().optional(),
    started_at: instant.optional(),
    completed_at: instant.optional(),
    failed_at: instant.optional(),
    // Ours from here on.
    upload_id: z.string().optional(),
    file_provider: z.string().optional(),
    track_progress: z.boolean(),
    dry_run: z.boolean(),
    /** Of the successful ones. */
    created_records: count,
    updated_records: count,
    /** There before, by the row's own id: nothing was written of them. */
    duplicate_records: count,
    /** Of those that were updated: an earlier row of the file had made or changed the record, and the later one stands. */
    repeated_records: count,
    /** Of the duplicates: events of other content than the one that counts. */
    conflict_records: count,
    /** Columns that mean nothing: they were passed over. */
    unknown_columns: z.array(z.string()).optional(),
  })
  .meta({ id: 'TaskResponse' })
export type TaskResponse = z.output<typeof taskResponse>

export const taskStarted = z
  .object({ ...workflowStarted.shape, task: taskResponse })
  .meta({ id: 'TaskStarted' })

export const tasksQuery = z.strictObject({
  ...queryPage,
  task_type: taskType.optional(),
  entity_type: entityType.optional(),
  task_status: taskStatus.optional(),
  created_by: identifier.optional(),
  start_time: instant.optional().meta({ type: 'string', format: undefined }),
  end_time: instant.optional().meta({ type: 'string', format: undefined }),
  status: recordStatus.optional(),
  order: z.enum(['asc', 'desc']).optional(),
  sort: text(500).optional(),
  expand: expand([]),
  scheduled_task_id: notBuilt(identifier),
})

export const listTasksResponse = listOf(taskResponse).meta({ id: 'ListTasksResponse' })

/** FAILED cancels a task: there is no other state that a caller may put one into. */
export const updateTaskStatusRequest = z.strictObject({ task_status: taskStatus })

export const taskStatusChanged = z.object({ message: z.string() }).meta({ id: 'SuccessResponse' })

/** What is wrong with a row, by its number: where the contract has a map of texts, and CSV for people. */
export const rejectedRows = z.unknown().meta({
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'text/csv, or a map',
})
