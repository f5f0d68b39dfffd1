import { defineWorkflow } from './define-workflow.ts'

export const subscriptionChange = defineWorkflow({
  name: 'subscription-change',
  type: 'SubscriptionChangeWorkflow',
  summary:
    'Changes a running subscription, or many to another plan, at once or at the end of the period; or shows what that would do',
  entityType: 'subscription',
  // The same request again: it is given the run that works on it, or has done so; after a refusal it is tried anew.
  whenRunning: { policy: 'once' },
  executionTimeout: '7 days',
  // Somebody waits.
  priority: 2,
  startedBy: 'executeSubscriptionChange',
})
