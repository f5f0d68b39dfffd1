import { taskWorkflowId } from '@flexprice/contracts/workflows/task-processing'
import { insertImportTask } from '@flexprice/database/imports'
import { createLogger } from '@flexprice/observability'
import Fastify from 'fastify'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startWaitingImports } from '../plugins/start-waiting-imports.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { startImports, upload } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())

const minuteMs = 60_000

/** A task as a gateway leaves it that goes between storing it and starting its workflow. */
async function waitingTask(caller: Caller, { ageMs }: { ageMs: number }): Promise<string> {
  const brought = await upload(
    imports.gateway,
    caller,
    `event_id,event_name,external_customer_id\ne${ageMs},call,ada\n`,
  )
  const { upload_id } = z.object({ upload_id: z.string() }).parse(brought.body)
  const task = {
    idempotency_key: `key-${ageMs}`,
    request_hash: 'hash',
    entity_type: 'EVENTS',
    file_type: 'CSV',
    file_provider: 'upload',
    upload_id,
    file_url: null,
    file_name: null,
    metadata: {},
    dry_run: false,
    track_progress: false,
  } as const
  const timeOfDay = new Date(Date.now() - ageMs)
  const { id } = await insertImportTask(caller.scoped, task, { timeOfDay, workflowIdOf: taskWorkflowId })
  return id
}

test('an import whose workflow nobody has started is started by itself, of whatever tenant; a young one waits for its gateway', async () => {
  const { gateway } = imports
  const callers = [await gateway.newCaller(), await gateway.newCaller()] as const
  const old = [
    await waitingTask(callers[0], { ageMs: 2 * minuteMs }),
    await waitingTask(callers[1], { ageMs: 3 * minuteMs }),
  ]
  const young = await waitingTask(callers[0], { ageMs: 0 })
  const app = Fastify()
  const { database } = gateway.database
  const logger = createLogger({ service: 'gateway', level: 'fatal' })
  startWaitingImports(
    app,
    { database, temporal: gateway.temporal, logger },
    { intervalMs: 20, olderThanMs: minuteMs },
  )
  for (const [index, caller] of callers.entries()) {
    await expect
      .poll(async () => (await caller.call('GET', `/tasks/${old[index]}`)).body, { timeout: 30_000 })
      .toMatchObject({ task_status: 'COMPLETED', created_records: 1 })
  }
  await app.close()
  expect(await callers[0].call('GET', `/tasks/${young}`)).toMatchObject({ body: { task_status: 'PENDING' } })
})

test('one that waits can be cancelled, and then never begins', async () => {
  const caller = await imports.gateway.newCaller()
  const id = await waitingTask(caller, { ageMs: 2 * minuteMs })
  expect(await caller.call('PUT', `/tasks/${id}/status`, { task_status: 'FAILED' })).toMatchObject({
    status: 200,
    body: { message: 'Cancelled before it began' },
  })
  expect(await caller.call('GET', `/tasks/${id}`)).toMatchObject({
    body: { task_status: 'FAILED', error_summary: 'Cancelled before it began' },
  })
  expect(
    await imports.gateway.database.database.listUnstartedImports({ olderThanMs: minuteMs, importsMax: 10 }),
  ).toEqual([])
})
