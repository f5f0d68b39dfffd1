import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction } from '@flexprice/database/connection'
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

test('a revert that is cancelled stops after the page that it is at, says so, and can be asked for again', async () => {
  const { gateway, importFile } = imports
  const caller = await gateway.newCaller()
  const rows = Array.from({ length: 1_500 }, (_, index) => `c${index},Customer\n`)
  const csv = `external_id,name\n${rows.join('')}`
  const { id } = await importFile(caller, csv, { entity_type: 'CUSTOMERS' })
  const made = await caller.scoped.db
    .selectFrom('import_records')
    .select('record_id')
    .where('task_id', '=', id)
    .orderBy('record_id', 'desc')
    .execute()
  const begun = z.object({ workflow_id: z.string() })
  const reverts = async () => begun.parse((await caller.call('POST', `/tasks/${id}/revert`)).body).workflow_id
  // Of three pages of 500 the second waits for whoever holds one of its customers.
  const workflowId = await inTransaction(caller.scoped, async (holding) => {
    const held = made[700]?.record_id ?? ''
    await holding.db.selectFrom('customers').select('id').where('id', '=', held).forUpdate().execute()
    const workflow = await reverts()
    const reverted = async () => (await caller.call('GET', `/tasks/${id}/revert`)).body
    await expect.poll(reverted, { timeout: 20_000 }).toMatchObject({ reverted_records: 500 })
    expect(await caller.call('PUT', `/tasks/${id}/status`, { task_status: 'FAILED' })).toMatchObject({
      status: 200,
      body: { message: 'The revert stops after the page that it is at' },
    })
    // The next heartbeat, of each second, brings it to the activity, which waits for the customer.
    await sleep(2_500)
    return workflow
  })
  const outcome = await gateway.temporal.workflowResult(caller.scoped.scope, workflowId, { waitMs: 30_000 })
  expect(outcome.status).toBe('Canceled')
  expect((await caller.call('GET', `/tasks/${id}/revert`)).body).toMatchObject({
    revert_status: 'FAILED',
    reverted_records: expect.toBeOneOf([500, 1_000]),
    error_summary: expect.stringMatching(/^Cancelled after (500|1000) records$/),
  })
  expect(await caller.call('PUT', `/tasks/${id}/status`, { task_status: 'FAILED' })).toMatchObject({
    status: 400,
  })
  const again = await gateway.temporal.workflowResult(caller.scoped.scope, await reverts(), {
    waitMs: 30_000,
  })
  expect(again).toMatchObject({ result: { reverted_records: 1_500, gone_records: 0 } })
}, 90_000)
