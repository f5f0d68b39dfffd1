/** The activities of imports whose progress is watched: the same work, in pages that are done within a second. */
import {
  createTaskProcessingActivities,
  type TaskProcessingActivities,
  type TaskProcessingDependencies,
} from '../task-processing/index.ts'

const rowsPerWatchedPageMax = 20_000

export function createTaskProcessingWithProgressActivities(
  dependencies: Omit<TaskProcessingDependencies, 'rowsPerPageMax'>,
): TaskProcessingActivities {
  return createTaskProcessingActivities({ ...dependencies, rowsPerPageMax: rowsPerWatchedPageMax })
}
