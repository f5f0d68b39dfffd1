import { defineWorkflow } from './define-workflow.ts'

export const syncRequestedSignal = 'sync-requested'

export const priceSync = defineWorkflow({
  name: 'price-sync',
  type: 'PriceSyncWorkflow',
  summary: "Brings a plan's prices to all of its subscriptions",
  entityType: 'plan',
  // A price edit that comes while a sync runs must not be lost: the running one looks again.
  whenRunning: { policy: 'signal', signal: syncRequestedSignal },
  executionTimeout: '7 days',
  priority: 3,
  startedBy: 'syncPlanPrices',
})

/** One sync per plan and environment. */
export function priceSyncWorkflowId(environmentId: string, planId: string): string {
  return `${priceSync.name}:${environmentId}:${planId}`
}
