import { defineWorkflow } from './define-workflow.ts'

export const billingRequestedSignal = 'billing-requested'

export const cronBilling = defineWorkflow({
  name: 'cron-billing',
  type: 'CronBillingWorkflow',
  summary: "Bills what is due: subscriptions' periods, and drafts whose delay for late usage is over",
  entityType: 'billing_run',
  // What becomes due while an environment is billed must not wait for a later tick: the running one looks again.
  whenRunning: { policy: 'signal', signal: billingRequestedSignal },
  executionTimeout: '7 days',
  priority: 2,
  startedBy: 'createBillingRun',
  // One tick finds all that is due, however many were missed.
  schedule: { every: '1 minute', catchUp: '1 minute', input: { kind: 'tick' } },
})
