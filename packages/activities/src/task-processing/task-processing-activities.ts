import type {
  TaskProcessingInput,
  TaskProcessingResult,
  TaskRevertResult,
} from '@flexprice/contracts/workflows'
import { completeImport } from './complete-import.ts'
import type { ImportFailure, TaskProcessingDependencies } from './dependencies.ts'
import { failImport } from './fail-import.ts'
import { importFile } from './import-file.ts'
import { failRevert, readRevert, revertImport } from './revert-import.ts'

export interface TaskProcessingActivities {
  /** Works through the file, page by page, from where its task is. Idempotent by the task. */
  importFile(input: TaskProcessingInput): Promise<void>
  /** Closes a task whose file is done, and tells what became of it. Idempotent by the task. */
  completeImport(input: TaskProcessingInput): Promise<TaskProcessingResult>
  /** Closes a task that cannot be done, with why. Idempotent by the task. */
  failImport(input: TaskProcessingInput & { readonly failure: ImportFailure }): Promise<void>
  /** Takes back what a task has imported, page by page, from where its revert is. Idempotent by the workflow's run. */
  revertImport(input: TaskProcessingInput): Promise<void>
  /** Tells what became of a revert that is done. */
  readRevert(input: TaskProcessingInput): Promise<TaskRevertResult>
  /** Closes a revert that cannot be done, with why. Idempotent by the workflow's run. */
  failRevert(input: TaskProcessingInput & { readonly failure: ImportFailure }): Promise<void>
}

export function createTaskProcessingActivities(
  dependencies: TaskProcessingDependencies,
): TaskProcessingActivities {
  return {
    importFile: (input) => importFile(dependencies, input),
    completeImport: (input) => completeImport(dependencies, input),
    failImport: (input) => failImport(dependencies, input),
    revertImport: (input) => revertImport(dependencies, input),
    readRevert: (input) => readRevert(dependencies, input),
    failRevert: (input) => failRevert(dependencies, input),
  }
}
