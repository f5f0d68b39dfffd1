import { defineWorkflow } from './define-workflow.ts'

export const taskProcessingWithProgress = defineWorkflow({
  name: 'task-processing-with-progress',
  type: 'TaskProcessingWithProgressWorkflow',
  summary: 'Imports a file, page by page, each row once, or takes back what it made, and tells how far it is',
  entityType: 'task',
  whenRunning: { policy: 'once' },
  executionTimeout: '7 days',
  priority: 4,
  startedBy: 'createTask',
})
