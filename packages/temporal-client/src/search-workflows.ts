import { invalid } from '@flexprice/domain'
import type { Client } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'
import { type Owner, toDescription, type WorkflowDescription } from './describe-workflow.ts'
import type { WorkflowStatus } from './workflow-status.ts'

/** Temporal pages by token, so an offset is read and dropped: deeper than this a caller narrows the filter. */
export const searchOffsetMax = 10_000
const fetchPageSizeMax = 500

/**
 * The workflows of one tenant and environment that fit the filter, the latest start first. What has just
 * started or ended shows after a second or so: Temporal's search follows its state.
 */
export async function searchWorkflows(
  client: Client,
  scope: Owner,
  filter: WorkflowFilter,
  page: WorkflowPage,
  options: CallOptions = {},
): Promise<{ items: WorkflowDescription[]; total: number }> {
  if (page.offset > searchOffsetMax) {
    throw invalid([
      { path: 'offset', message: `must be at most ${searchOffsetMax}; narrow the filter instead` },
    ])
  }
  const query = toQuery(scope, filter)
  const [items, { count }] = await Promise.all([
    call(client, () => readPage(client, query, page), options),
    call(client, () => client.workflow.count(query), options),
  ])
  return { items, total: count }
}

export interface WorkflowFilter {
  readonly statuses?: readonly WorkflowStatus[] | undefined
  /** Temporal's workflow types, `PriceSyncWorkflow`. */
  readonly types?: readonly string[] | undefined
  readonly workflowId?: string | undefined
  readonly entityType?: string | undefined
  readonly entityId?: string | undefined
  readonly taskQueue?: string | undefined
  /** Started at or after. */
  readonly startedFrom?: Date | undefined
  /** Started before. */
  readonly startedBefore?: Date | undefined
}

export interface WorkflowPage {
  readonly limit: number
  readonly offset: number
}

async function readPage(client: Client, query: string, page: WorkflowPage): Promise<WorkflowDescription[]> {
  const last = page.offset + page.limit
  const items: WorkflowDescription[] = []
  let position = 0
  const pageSize = Math.min(last, fetchPageSizeMax)
  if (page.limit === 0) return items
  for await (const info of client.workflow.list({ query, pageSize })) {
    if (position >= page.offset) items.push(toDescription(info))
    position++
    if (position === last) break
  }
  return items
}

/** The scope's, in Temporal's query language; conditions can be added by `AND`. */
export function toQuery(scope: Owner, filter: WorkflowFilter): string {
  const conditions = [
    `TenantId = ${quote(scope.tenantId)}`,
    `EnvironmentId = ${quote(scope.environmentId)}`,
    // A run that continued in a new one is not a workflow of its own.
    `ExecutionStatus != 'ContinuedAsNew'`,
    ...oneOf('ExecutionStatus', filter.statuses),
    ...oneOf('WorkflowType', filter.types),
    ...equal('WorkflowId', filter.workflowId),
    ...equal('EntityType', filter.entityType),
    ...equal('EntityId', filter.entityId),
    ...equal('TaskQueue', filter.taskQueue),
    ...(filter.startedFrom ? [`StartTime >= ${quote(filter.startedFrom.toISOString())}`] : []),
    ...(filter.startedBefore ? [`StartTime < ${quote(filter.startedBefore.toISOString())}`] : []),
  ]
  return conditions.join(' AND ')
}

function equal(attribute: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${attribute} = ${quote(value)}`]
}

function oneOf(attribute: string, values: readonly string[] | undefined): string[] {
  if (values === undefined || values.length === 0) return []
  return [`${attribute} IN (${values.map(quote).join(', ')})`]
}

/**
 * A string literal of Temporal's query language, whose escape is the backslash. The server finds no value
 * that holds a quote or a backslash, however it is written; ids of ours hold none.
 */
function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
