import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { taskProcessing, taskWorkflowId } from './task-processing.ts'

export const taskInput = z.strictObject({ task_id: z.string().min(1) })

const count = z.number().int().nonnegative()

export const taskResult = z.strictObject({
  task_id: z.string(),
  dry_run: z.boolean(),
  processed_records: count,
  successful_records: count,
  failed_records: count,
  created_records: count,
  updated_records: count,
  duplicate_records: count,
  unknown_columns: z.array(z.string()),
})

export const taskProcessingContract = defineContract({
  definition: taskProcessing,
  input: taskInput,
  result: taskResult,
  progress: undefined,
  workflowId: (_, { task_id }) => taskWorkflowId(task_id),
  entityId: ({ task_id }) => task_id,
})

export type TaskProcessingInput = z.infer<typeof taskInput>
export type TaskProcessingResult = z.infer<typeof taskResult>
