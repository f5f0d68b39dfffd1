import type {
  TaskProcessingInput,
  TaskProcessingResult,
  TaskRevertResult,
} from '@flexprice/contracts/workflows'
import { processTask } from '../process-task.ts'

/** Imports a file, page by page. A second request with the same task is given the first. */
export async function TaskProcessingWorkflow(
  input: TaskProcessingInput,
): Promise<TaskProcessingResult | TaskRevertResult> {
  return processTask(input)
}
