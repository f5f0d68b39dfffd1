/** The client library's names of a workflow's states, and Temporal's own words: those of its search, and of our API. */
const workflowStatuses = {
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Canceled',
  TIMED_OUT: 'TimedOut',
  TERMINATED: 'Terminated',
} as const satisfies Record<string, string>

type WorkflowStatusName = keyof typeof workflowStatuses
export type WorkflowStatus = (typeof workflowStatuses)[WorkflowStatusName]

/** Paused, or continued in a new run: it is not over. */
export function workflowStatus(name: string): WorkflowStatus {
  return isStatusName(name) ? workflowStatuses[name] : 'Running'
}

function isStatusName(name: string): name is WorkflowStatusName {
  return Object.hasOwn(workflowStatuses, name)
}
