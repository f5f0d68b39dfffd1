import { calculateChargesContract } from './calculate-charges.schema.ts'
import { cronBillingContract } from './cron-billing.schema.ts'
import { defineRegistry } from './define-registry.ts'
import { priceSyncContract } from './price-sync.schema.ts'
import { subscriptionChangeContract } from './subscription-change.schema.ts'
import { subscriptionCreationContract } from './subscription-creation.schema.ts'
import { taskProcessingContract } from './task-processing.schema.ts'
import { taskProcessingWithProgressContract } from './task-processing-with-progress.schema.ts'

/**
 * Every workflow that exists, by name. One line here is what makes a workflow known to the gateway, the
 * workers, the result endpoint and the checks. Loads zod: code of the sandbox imports `./workflows/<name>`.
 */
export const workflows = defineRegistry({
  'subscription-change': subscriptionChangeContract,
  'cron-billing': cronBillingContract,
  'calculate-charges': calculateChargesContract,
  'subscription-creation': subscriptionCreationContract,
  'price-sync': priceSyncContract,
  'task-processing': taskProcessingContract,
  'task-processing-with-progress': taskProcessingWithProgressContract,
})

export type WorkflowName = keyof typeof workflows

export type {
  CalculateChargesInput,
  CalculateChargesResult,
  CalculationResult,
  InvoicePreview,
  RecalculatedInvoice,
  SyncPreviewResult,
} from './calculate-charges.schema.ts'
export type {
  CronBillingInput,
  CronBillingMove,
  CronBillingResult,
  CronBillingRun,
  CronBillingTick,
} from './cron-billing.schema.ts'
export type { InputOf, WorkflowContract } from './define-contract.ts'
export { defineContract } from './define-contract.ts'
export type { DurationText, WhenRunning, WorkflowDefinition } from './define-workflow.ts'
export { defineWorkflow } from './define-workflow.ts'
export { parseInput } from './parse-input.ts'
export type { PriceSyncInput, PriceSyncProgress, PriceSyncResult } from './price-sync.schema.ts'
export type {
  BulkChangeInput,
  BulkChangeResult,
  CancellationOrder,
  ChangeOrder,
  LineChangesOrder,
  LineOrder,
  PauseOrder,
  PlanChangeOrder,
  ResumeOrder,
  SubscriptionChangeInput,
  SubscriptionChangeResult,
  SubscriptionChangeWorkflowInput,
  SubscriptionChangeWorkflowResult,
  TrialEndOrder,
} from './subscription-change.schema.ts'
export { bulkChangeResult, planChangeOrder, subscriptionChangeResult } from './subscription-change.schema.ts'
export type {
  SubscriptionBatchResult,
  SubscriptionCreationInput,
  SubscriptionCreationProgress,
  SubscriptionCreationResult,
} from './subscription-creation.schema.ts'
export type { TaskProcessingInput, TaskProcessingResult, TaskRevertResult } from './task-processing.schema.ts'
export type { RevertProgress, TaskProgress } from './task-processing-with-progress.schema.ts'
