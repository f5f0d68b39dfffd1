import { getTaskRevert } from '@flexprice/contracts/operations'
import { revertWorkflowId } from '@flexprice/contracts/workflows/task-processing'
import { getImportRevert, listKeptRecords } from '@flexprice/database/imports'
import { notFound } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { settleRevert } from './settle-task.ts'

export function getTaskRevertRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(getTaskRevert),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('importTask', id)
      const revert = await settleRevert({ temporal, scoped }, await getImportRevert(scoped, id))
      if (revert === undefined) throw notFound('Revert of task', id)
      const kept = await listKeptRecords(scoped, { taskId: id, runId: revert.run_id, ...request.query })
      return reply.send({
        revert_status: revert.revert_status,
        workflow_id: revertWorkflowId(id),
        run_id: revert.run_id,
        reverted_records: revert.reverted_records,
        refused_records: revert.refused_records,
        error_summary: revert.error_summary ?? undefined,
        started_at: revert.started_at,
        ended_at: revert.ended_at ?? undefined,
        ...listResponse(kept, request.query, ({ reason, ...one }) => ({
          ...one,
          reason: reason ?? undefined,
        })),
      })
    },
  })
}
