import type { CreateTaskRequest } from '@flexprice/contracts/imports'
import { createTask } from '@flexprice/contracts/operations'
import { taskWorkflowId } from '@flexprice/contracts/workflows/task-processing'
import { readTimeOfDay, type Scoped } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import {
  type FileUploadRow,
  getFileUpload,
  type ImportTaskRow,
  insertImportTask,
} from '@flexprice/database/imports'
import { expectPublicUrl } from '@flexprice/file-store'
import type { FastifyRequest } from 'fastify'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'
import { startTask } from './start-task.ts'
import { taskResponse } from './task-response.ts'

/** What is to be imported is stored before its workflow starts, which only knows the task's id. */
export function createTaskRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(createTask),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const task = await storedTask(scoped, request, request.body)
      const runId = await startTask(scoped, temporal, task)
      return reply.send({
        message: task.dry_run ? 'The file is being checked' : 'The file is being imported',
        workflow_id: task.workflow_id,
        run_id: runId,
        task: taskResponse(task, scoped.scope),
      })
    },
  })
}

async function storedTask(
  scoped: Scoped,
  request: FastifyRequest,
  body: CreateTaskRequest,
): Promise<ImportTaskRow> {
  const upload = body.upload_id === undefined ? undefined : await uploadOf(scoped, body.upload_id)
  // Whether this machine itself may be asked, the worker's settings say, which looks at where names lead, too.
  if (body.file_url !== undefined) expectPublicUrl(new URL(body.file_url), { allowLoopback: true })
  const task = {
    idempotency_key: requestKey(request),
    request_hash: requestHash(body),
    entity_type: body.entity_type,
    file_type: body.file_type,
    file_provider: body.file_provider ?? (upload ? 'upload' : 'url'),
    upload_id: upload?.id ?? null,
    file_url: body.file_url ?? null,
    file_name: body.file_name ?? upload?.file_name ?? null,
    metadata: body.metadata ?? {},
    dry_run: body.dry_run,
    track_progress: body.track_progress,
  }
  return insertImportTask(scoped, task, {
    timeOfDay: await readTimeOfDay(scoped),
    workflowIdOf: taskWorkflowId,
  })
}

function uploadOf(scoped: Scoped, id: string): Promise<FileUploadRow> {
  expectIdOf('fileUpload', id)
  return getFileUpload(scoped, id)
}
