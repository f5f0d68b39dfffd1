import { notFound, type Scope } from '@flexprice/domain'
import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'
import {
  entityIdKey,
  entityTypeKey,
  environmentIdKey,
  requestIdKey,
  tenantIdKey,
} from './search-attributes.ts'
import { workflowIdBytesMax } from './start-workflow.ts'
import { type WorkflowStatus, workflowStatus } from './workflow-status.ts'

/**
 * What Temporal knows of one workflow, its latest run if none is named. Throws `not_found` for an id that
 * does not exist, has been forgotten, or belongs to another tenant or environment: a caller cannot tell which.
 */
export async function describeWorkflow(
  client: Client,
  scope: Owner,
  workflowId: string,
  { runId, ...options }: CallOptions & { readonly runId?: string | undefined } = {},
): Promise<WorkflowDescription & WaitingForWorker> {
  const described = await describeOwn(client, scope, workflowId, { runId, ...options })
  const { pendingWorkflowTask } = described.raw
  return {
    ...toDescription(described),
    waitsForWorker: pendingWorkflowTask?.state === pendingWorkflowTaskScheduled,
  }
}

/** Temporal's PENDING_WORKFLOW_TASK_STATE_SCHEDULED: no worker has it. */
const pendingWorkflowTaskScheduled = 1

export interface WaitingForWorker {
  /** Its next step is in the queue, and no worker has taken it as yet. */
  readonly waitsForWorker: boolean
}

/** Whose workflows are seen. */
export type Owner = Pick<Scope, 'tenantId' | 'environmentId'>

export interface WorkflowDescription {
  readonly workflowId: string
  readonly runId: string
  /** Temporal's workflow type, `PriceSyncWorkflow`. */
  readonly type: string
  readonly taskQueue: string
  readonly status: WorkflowStatus
  readonly entityType: string | undefined
  readonly entityId: string | undefined
  readonly requestId: string | undefined
  readonly startTime: Date
  readonly closeTime: Date | undefined
  readonly historyLength: number
}

export async function describeOwn(
  client: Client,
  scope: Owner,
  workflowId: string,
  { runId, ...options }: CallOptions & { readonly runId?: string | undefined },
): Promise<WorkflowExecutionDescription> {
  if (!isWellFormed(workflowId, runId)) throw notFound('Workflow', workflowId)
  const described = await call(client, () => client.workflow.getHandle(workflowId, runId).describe(), options)
  const attributes = described.typedSearchAttributes
  const own =
    attributes.get(tenantIdKey) === scope.tenantId && attributes.get(environmentIdKey) === scope.environmentId
  if (!own) throw notFound('Workflow', workflowId)
  return described
}

/** Temporal takes other ids for a fault of the caller's code; they come from people. */
function isWellFormed(workflowId: string, runId: string | undefined): boolean {
  const bytes = Buffer.byteLength(workflowId)
  return bytes > 0 && bytes <= workflowIdBytesMax && (runId === undefined || runIdForm.test(runId))
}

const runIdForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function toDescription(info: Omit<WorkflowExecutionInfo, 'raw'>): WorkflowDescription {
  const attributes = info.typedSearchAttributes
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    type: info.type,
    taskQueue: info.taskQueue,
    status: workflowStatus(info.status.name),
    entityType: attributes.get(entityTypeKey),
    entityId: attributes.get(entityIdKey),
    requestId: attributes.get(requestIdKey),
    startTime: info.startTime,
    closeTime: info.closeTime,
    historyLength: info.historyLength,
  }
}
