import { defineWorkflow } from './define-workflow.ts'

export const calculateCharges = defineWorkflow({
  name: 'calculate-charges',
  type: 'CalculateChargesWorkflow',
  summary:
    'Computes what subscriptions are charged: a dry run of the next billing, a preview, a draft made anew',
  entityType: 'calculation',
  // Its input says which request it is; the same one again meets the running one.
  whenRunning: { policy: 'reuse' },
  executionTimeout: '7 days',
  priority: 2,
  startedBy: 'createCalculation',
})
