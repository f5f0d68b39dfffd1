import { defineWorkflow } from './define-workflow.ts'

export const calculateCharges = defineWorkflow({
  name: 'calculate-charges',
  type: 'CalculateChargesWorkflow',
  summary: 'TODO: one line for people',
  entityType: 'TODO',
  whenRunning: { policy: 'reuse' },
  executionTimeout: '7 days',
  priority: 3,
  startedBy: 'TODO: the operationId of the call that starts it, or platform',
})
