import type { TaskProcessingResult, TaskRevertResult } from '@flexprice/contracts/workflows'
import type { ImportCounts } from '@flexprice/database/imports'
import type { Logger, Metrics } from '@flexprice/observability'

/** What imports tell the operator: one log line and its counters an event. */
export interface TaskProcessingEvents {
  imported(entityType: string, counts: ImportCounts): void
  completed(result: TaskProcessingResult): void
  /** Of a page of a revert. */
  reverted(entityType: string, counts: { readonly reverted: number; readonly refused: number }): void
  takenBack(result: TaskRevertResult): void
  failed(failure: { readonly taskId: string; readonly code: string; readonly message: string }): void
}

export function createTaskProcessingEvents(dependencies: {
  readonly logger: Pick<Logger, 'info'>
  readonly metrics: Pick<Metrics, 'counter'>
}): TaskProcessingEvents {
  const { logger, metrics } = dependencies
  const rows = metrics.counter({
    name: 'task_processing_rows_total',
    help: 'Rows of files that imports have worked through, and records of reverts',
    labels: ['entity_type', 'outcome'],
  })
  const tasks = metrics.counter({
    name: 'task_processing_tasks_total',
    help: 'Imports and reverts that have ended',
    labels: ['outcome'],
  })
  return {
    imported(entity_type, counts) {
      for (const [outcome, count] of Object.entries(counts)) rows.inc({ entity_type, outcome }, count)
    },
    completed(result) {
      tasks.inc({ outcome: 'completed' })
      logger.info({ 'event.action': 'task-completed', task: result }, 'A file was imported')
    },
    reverted(entity_type, counts) {
      for (const [outcome, count] of Object.entries(counts)) rows.inc({ entity_type, outcome }, count)
    },
    takenBack(result) {
      tasks.inc({ outcome: 'taken_back' })
      logger.info({ 'event.action': 'task-taken-back', task: result }, 'An import was taken back')
    },
    failed({ taskId, code, message }) {
      tasks.inc({ outcome: 'failed' })
      logger.info(
        { 'event.action': 'task-failed', task: { task_id: taskId, code, message } },
        'A task was not done to its end',
      )
    },
  }
}
