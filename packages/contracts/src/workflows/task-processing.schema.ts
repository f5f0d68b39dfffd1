import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import type { WhenRunning } from './define-workflow.ts'
import { revertWorkflowId, taskProcessing, taskWorkflowId } from './task-processing.ts'

export const taskInput = z.strictObject({
  task_id: z.string().min(1),
  /** Takes back what the task has imported. */
  revert: z.literal(true).optional(),
})

const count = z.number().int().nonnegative()

const taskResult = z.strictObject({
  task_id: z.string(),
  dry_run: z.boolean(),
  processed_records: count,
  successful_records: count,
  failed_records: count,
  created_records: count,
  updated_records: count,
  duplicate_records: count,
  /** Absent from runs that ended before conflicts were told. */
  conflict_records: count.optional(),
  unknown_columns: z.array(z.string()),
})

const revertResult = z.strictObject({
  task_id: z.string(),
  /** What the import made, and what became of it. */
  created_records: count,
  reverted_records: count,
  refused_records: count,
  gone_records: count,
  /** What the import changed stays as it is. */
  not_restored_records: count,
})

export const taskOrRevertResult = z.union([taskResult, revertResult])

export const taskProcessingContract = defineContract({
  definition: taskProcessing,
  input: taskInput,
  result: taskOrRevertResult,
  progress: undefined,
  workflowId: (_, { task_id, revert }) => (revert ? revertWorkflowId(task_id) : taskWorkflowId(task_id)),
  whenRunning: taskWhenRunning,
  entityId: ({ task_id }) => task_id,
})

export type TaskProcessingInput = z.infer<typeof taskInput>
export type TaskProcessingResult = z.infer<typeof taskResult>
export type TaskRevertResult = z.infer<typeof revertResult>

/** A file is imported once; what it made may be taken back again, where something has been refused. */
export function taskWhenRunning({ revert }: TaskProcessingInput): WhenRunning {
  return revert ? { policy: 'reuse' } : taskProcessing.whenRunning
}
