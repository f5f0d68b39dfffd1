/** A workflow's state as callers see it, and the word for it in Temporal's search. */
export const workflowStatuses = {
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Canceled',
  TIMED_OUT: 'TimedOut',
  TERMINATED: 'Terminated',
} as const satisfies Record<string, string>

export type WorkflowStatus = keyof typeof workflowStatuses

/** Paused, or continued in a new run: it is not over. */
export function workflowStatus(name: string): WorkflowStatus {
  return isWorkflowStatus(name) ? name : 'RUNNING'
}

function isWorkflowStatus(name: string): name is WorkflowStatus {
  return Object.hasOwn(workflowStatuses, name)
}
