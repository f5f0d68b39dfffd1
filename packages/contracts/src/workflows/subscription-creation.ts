import { defineWorkflow } from './define-workflow.ts'

export const subscriptionCreation = defineWorkflow({
  name: 'subscription-creation',
  type: 'SubscriptionCreationWorkflow',
  summary: 'Makes subscriptions with their opening invoices: one, a list, or a draft that is activated',
  entityType: 'subscription',
  // The same request again: it is given the run that works on it, or has done so; after a refusal it is tried anew.
  whenRunning: { policy: 'once' },
  executionTimeout: '7 days',
  // Somebody waits.
  priority: 2,
  startedBy: 'createSubscription',
})
