/**
 * What the gateway and the command line need of Temporal: start, describe, result, cancel, search, queue
 * figures. The only importer of Temporal's client; it must never pull in the worker (36 MB against 279 MB), and knows
 * no single workflow.
 */
export type { CallOptions } from './call.ts'
export type { Temporal } from './create-temporal.ts'
export { createTemporal } from './create-temporal.ts'
export type { Deployments, DeploymentVersion } from './deployments.ts'
export type { WorkflowDescription } from './describe-workflow.ts'
export type { QueueStats } from './queue-stats.ts'
export type { ScheduleState, Schedules } from './schedules.ts'
export { searchAttributeNames } from './search-attributes.ts'
export type { WorkflowFilter, WorkflowPage } from './search-workflows.ts'
export { searchOffsetMax } from './search-workflows.ts'
export type { StartedWorkflow } from './start-workflow.ts'
export type { TemporalSettings } from './temporal-settings.ts'
export type { WorkflowEnd, WorkflowOutcome, WorkflowResultOptions } from './workflow-result.ts'
export type { WorkflowStatus } from './workflow-status.ts'
