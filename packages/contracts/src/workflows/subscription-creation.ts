import { defineWorkflow } from './define-workflow.ts'

export const subscriptionCreation = defineWorkflow({
  name: 'subscription-creation',
  type: 'SubscriptionCreationWorkflow',
  summary: 'TODO: one line for people',
  entityType: 'TODO',
  whenRunning: { policy: 'reuse' },
  executionTimeout: '7 days',
  priority: 3,
  startedBy: 'api',
})
