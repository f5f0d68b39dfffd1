import { queryWorkflow } from '@flexprice/contracts/operations'
import { callerGone } from '../caller-gone.ts'
import type { Dependencies } from '../dependencies.ts'
import { callerScope } from '../plugins/authenticate.ts'
import { type Api, routeOf } from '../route.ts'
import { workflowResponse } from './workflow-response.ts'

export function queryWorkflowRoute(api: Api, { temporal }: Pick<Dependencies, 'temporal'>): void {
  api.route({
    ...routeOf(queryWorkflow),
    async handler(request, reply) {
      const { limit, offset, ...filter } = request.body
      const { items, total } = await temporal.searchWorkflows(
        callerScope(request),
        {
          statuses: filter.workflow_status && [filter.workflow_status],
          types: filter.workflow_type === undefined ? undefined : [filter.workflow_type],
          workflowId: filter.workflow_id,
          taskQueue: filter.task_queue,
          entityType: filter.entity,
          entityId: filter.entity_id,
          startedFrom: filter.start_time,
          startedBefore: filter.end_time,
        },
        { limit, offset },
        { signal: callerGone(reply) },
      )
      return reply.send({ items: items.map(workflowResponse), pagination: { total, limit, offset } })
    },
  })
}
