import { defineWorkflow } from './define-workflow.ts'

export const subscriptionCreation = defineWorkflow({
  name: 'subscription-creation',
  type: 'SubscriptionCreationWorkflow',
  summary: 'Makes subscriptions with their opening invoices: one, a list, or a draft that is activated',
  entityType: 'subscription',
  // The same request again: it waits for the one that runs, and finds what an earlier one has made.
  whenRunning: { policy: 'reuse' },
  executionTimeout: '7 days',
  // Somebody waits.
  priority: 2,
  startedBy: 'api',
})
