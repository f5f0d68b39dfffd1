import type { WorkflowDescription } from '@flexprice/temporal-client'

/** A workflow in the contract's form, as Temporal knows it. */
export function workflowResponse(workflow: WorkflowDescription) {
  const { startTime, closeTime } = workflow
  const durationMs = closeTime && closeTime.getTime() - startTime.getTime()
  return {
    workflow_id: workflow.workflowId,
    run_id: workflow.runId,
    workflow_type: workflow.type,
    task_queue: workflow.taskQueue,
    status: workflow.status,
    entity: workflow.entityType,
    entity_id: workflow.entityId,
    start_time: startTime,
    close_time: closeTime,
    duration_ms: durationMs,
    total_duration: durationMs === undefined ? undefined : `${durationMs / msPerSecond}s`,
  }
}

const msPerSecond = 1_000
