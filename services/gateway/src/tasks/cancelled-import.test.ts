import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { eventsTask, startImports, upload } from '../testing/imports-under-test.ts'

const imports = await startImports(20)
afterAll(() => imports[Symbol.asyncDispose]())

const started = z.object({ workflow_id: z.string(), task: z.object({ id: z.string() }) })
const counted = z.object({ task_status: z.string(), processed_records: z.int() })

test('a task that is cancelled stops after the page that it is at, says so, and keeps what was imported', async () => {
  const { gateway } = imports
  const caller = await gateway.newCaller()
  const rows = Array.from({ length: 50_000 }, (_, index) => `e${index},call,ada\n`)
  const brought = await upload(gateway, caller, `event_id,event_name,external_customer_id\n${rows.join('')}`)
  const { upload_id } = z.object({ upload_id: z.string() }).parse(brought.body)
  const begun = await caller.call('POST', '/tasks', { ...eventsTask, upload_id, track_progress: true })
  const { workflow_id, task } = started.parse(begun.body)
  const now = async () => counted.parse((await caller.call('GET', `/tasks/${task.id}`)).body)
  await vi.waitUntil(async () => (await now()).processed_records > 0, { timeout: 30_000 })
  const progress = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}`)
  expect(progress).toMatchObject({
    body: { status: 'Running', progress: { failed_records: 0, bytes_total: expect.any(Number) } },
  })
  expect(await caller.call('PUT', `/tasks/${task.id}/status`, { task_status: 'FAILED' })).toMatchObject({
    status: 200,
  })
  const outcome = await gateway.temporal.workflowResult(caller.scoped.scope, workflow_id, { waitMs: 30_000 })
  expect(outcome.status).toBe('Canceled')
  const { task_status, processed_records: done } = await now()
  expect([task_status, done < rows.length]).toEqual(['FAILED', true])
  expect(await caller.call('GET', `/tasks/${task.id}`)).toMatchObject({
    body: { error_summary: `Cancelled after ${done} rows` },
  })
  const { events } = await caller.scoped.db
    .selectFrom('events')
    .select(({ fn }) => fn.countAll<number>().as('events'))
    .executeTakeFirstOrThrow()
  expect(events).toBe(done)
})
