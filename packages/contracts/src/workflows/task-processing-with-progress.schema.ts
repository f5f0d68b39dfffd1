import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { taskInput, taskOrRevertResult, taskWhenRunning } from './task-processing.schema.ts'
import { revertWorkflowId, taskWorkflowId } from './task-processing.ts'
import { taskProcessingWithProgress } from './task-processing-with-progress.ts'

const count = z.number().int().nonnegative()

const progress = z.strictObject({
  processed_records: count,
  successful_records: count,
  failed_records: count,
  /** Of the file as it is stored. */
  bytes_read: count,
  bytes_total: count,
  /** Since it began, with all pauses. */
  records_per_second: z.number().nonnegative(),
  /** Left out until there is something to go by. */
  remaining_seconds: z.number().nonnegative().optional(),
  percent: z.number().min(0).max(100),
})

/** Of a revert. */
const revertProgress = z.strictObject({
  created_records: count,
  reverted_records: count,
  refused_records: count,
  records_per_second: z.number().nonnegative(),
  remaining_seconds: z.number().nonnegative().optional(),
  percent: z.number().min(0).max(100),
})

export const taskProcessingWithProgressContract = defineContract({
  definition: taskProcessingWithProgress,
  input: taskInput,
  result: taskOrRevertResult,
  progress: z.union([progress, revertProgress]),
  workflowId: (_, { task_id, revert }) => (revert ? revertWorkflowId(task_id) : taskWorkflowId(task_id)),
  whenRunning: taskWhenRunning,
  entityId: ({ task_id }) => task_id,
})

export type TaskProgress = z.infer<typeof progress>
export type RevertProgress = z.infer<typeof revertProgress>
