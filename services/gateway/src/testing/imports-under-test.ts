import {
  createTaskProcessingActivities,
  createTaskProcessingEvents,
} from '@flexprice/activities/task-processing'
import { createCatalogAnswers } from '@flexprice/cache'
import { createWebFiles } from '@flexprice/file-store'
import { currentScope } from '@flexprice/temporal-worker'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer, Caller } from './caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from './gateway-under-test.ts'
import { unseenTelemetry, withWorker } from './with-worker.ts'

export interface ImportsUnderTest extends AsyncDisposable {
  readonly gateway: GatewayUnderTest
  /** Brings a file and imports it to its end. */
  importFile(caller: Caller, content: string | Buffer, task?: object): Promise<z.output<typeof endedTask>>
}

/** The gateway with the workers of both import queues in this process, in pages of few rows; or that one with them. */
export async function startImports(
  rowsPerPageMax = 3,
  starting: Promise<GatewayUnderTest> = startGateway({ temporalNamespace: testTemporalSettings().namespace }),
): Promise<ImportsUnderTest> {
  const alone = await starting
  const activities = createTaskProcessingActivities({
    scoped: () => alone.database.database.scoped(currentScope()),
    files: alone.files,
    web: createWebFiles({ bytesMax: 1_000_000, allowLoopback: true }, { idleMsMax: 200 }),
    events: createTaskProcessingEvents(unseenTelemetry()),
    forgetCatalog: createCatalogAnswers(alone.redis).forgetAll,
    rowsPerPageMax,
  })
  const gateway = await withWorker(
    await withWorker(alone, 'task-processing', activities),
    'task-processing-with-progress',
    activities,
  )
  return {
    gateway,
    async importFile(caller, content, task) {
      const { upload_id } = uploaded.parse((await upload(gateway, caller, content)).body)
      const answer = await caller.call('POST', '/tasks', { ...eventsTask, upload_id, ...task })
      expect(answer).toMatchObject({ status: 200 })
      const { workflow_id, task: begun } = startedTask.parse(answer.body)
      await gateway.temporal.workflowResult(caller.scoped.scope, workflow_id, { waitMs: 40_000 })
      return endedTask.parse((await caller.call('GET', `/tasks/${begun.id}`)).body)
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

export const eventsTask = {
  task_type: 'IMPORT',
  entity_type: 'EVENTS',
  file_type: 'CSV',
  file_provider: 'upload',
}

/** Brings a file as a client does. */
export async function upload(
  { app }: Pick<GatewayUnderTest, 'app'>,
  caller: Caller,
  content: string | Buffer,
  name = 'events.csv',
): Promise<Answer> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(Buffer.from(content))]), name)
  const { headers, body } = new Request('http://test', { method: 'POST', body: form })
  const response = await app.inject({
    method: 'POST',
    url: '/v1/files',
    headers: { 'x-api-key': caller.apiKey, 'content-type': headers.get('content-type') ?? '' },
    payload: Buffer.concat(await Array.fromAsync(body ?? [])),
  })
  return { status: response.statusCode, headers: response.headers, body: response.json() }
}

/** The rejected rows of a task, as the file for people has them. */
export async function rejectedRows(
  { app }: GatewayUnderTest,
  caller: Caller,
  taskId: string,
): Promise<string[]> {
  const response = await app.inject({
    url: `/v1/tasks/${taskId}/download`,
    headers: { 'x-api-key': caller.apiKey },
  })
  expect(response.statusCode).toBe(200)
  return response.body.trimEnd().split('\r\n').slice(1)
}

const uploaded = z.object({ upload_id: z.string() })
const startedTask = z.object({ workflow_id: z.string(), task: z.object({ id: z.string() }) })
const endedTask = z.looseObject({
  id: z.string(),
  task_status: z.string(),
  processed_records: z.int(),
  successful_records: z.int(),
  failed_records: z.int(),
})
