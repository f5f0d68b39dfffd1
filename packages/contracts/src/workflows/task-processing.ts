import { defineWorkflow } from './define-workflow.ts'

export const taskProcessing = defineWorkflow({
  name: 'task-processing',
  type: 'TaskProcessingWorkflow',
  summary: 'Imports a file, page by page, each row once, or takes back what it made',
  entityType: 'task',
  // A task is worked through once; the same request again is given the one that was.
  whenRunning: { policy: 'once' },
  executionTimeout: '7 days',
  priority: 4,
  startedBy: 'createTask',
})

/** Whether its progress is told or not, a task has one workflow. */
export function taskWorkflowId(taskId: string): string {
  return `task:${taskId}`
}

/** Beside it, of the task's own type. */
export function revertWorkflowId(taskId: string): string {
  return `${taskWorkflowId(taskId)}:revert`
}
