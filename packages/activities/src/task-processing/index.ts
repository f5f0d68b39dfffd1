/**
 * Imports of files: read as a stream, checked row by row by the rules of the API's own doors, and written page by page.
 * Idempotent by the task's row, which each page moves on in its transaction. It must never import a workflow or a service.
 */
export type { ImportFailure, TaskProcessingDependencies } from './dependencies.ts'
export { createTaskProcessingEvents, type TaskProcessingEvents } from './events.ts'
export {
  createTaskProcessingActivities,
  type TaskProcessingActivities,
} from './task-processing-activities.ts'
