import type {
  TaskProcessingInput,
  TaskProcessingResult,
  TaskRevertResult,
} from '@flexprice/contracts/workflows'
import { processTask } from '../process-task.ts'

/** Imports a file for people who watch it: in smaller pages, and its progress can be asked for. */
export async function TaskProcessingWithProgressWorkflow(
  input: TaskProcessingInput,
): Promise<TaskProcessingResult | TaskRevertResult> {
  return processTask(input)
}
