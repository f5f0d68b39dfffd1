import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGateway } from '../testing/gateway-under-test.ts'
import { eventsTask, upload } from '../testing/imports-under-test.ts'

// Nobody works here: tasks stay as they are begun.
const gateway = await startGateway()
afterAll(() => gateway[Symbol.asyncDispose]())
let caller: Caller
let task: { upload_id: string }
beforeAll(async () => {
  caller = await gateway.newCaller()
  task = {
    ...eventsTask,
    ...z.object({ upload_id: z.string() }).parse((await upload(gateway, caller, 'a\n')).body),
  }
})

const started = z.object({ workflow_id: z.string(), task: z.object({ id: z.string() }) })

describe('POST /tasks', () => {
  test('200: a workflow begins, of the kind that was asked for, and its task waits', async () => {
    for (const [track_progress, queue] of [
      [false, 'TaskProcessingWorkflowTaskQueue'],
      [true, 'TaskProcessingWithProgressWorkflowTaskQueue'],
    ]) {
      const answer = await caller.call('POST', '/tasks', { ...task, track_progress })
      expect(answer).toMatchObject({
        status: 200,
        body: {
          message: 'The file is being imported',
          task: {
            task_status: 'PENDING',
            entity_type: 'EVENTS',
            file_name: 'events.csv',
            processed_records: 0,
          },
        },
      })
      const { workflow_id, task: begun } = started.parse(answer.body)
      expect(workflow_id).toBe(`task:${begun.id}`)
      expect(await caller.call('GET', `/workflows/${workflow_id}`)).toMatchObject({
        body: { task_queue: queue, status: 'Running', entity: 'task', entity_id: begun.id },
      })
    }
  })

  test('the same request with its key is the same task, another with it a 409', async () => {
    const key = { 'idempotency-key': 'import-march' }
    const first = await caller.call('POST', '/tasks', task, key)
    expect(await caller.call('POST', '/tasks', task, key)).toMatchObject({ status: 200, body: first.body })
    expect(await caller.call('POST', '/tasks', { ...task, dry_run: true }, key)).toMatchObject({
      status: 409,
    })
  })

  test('404: an upload of another environment does not exist', async () => {
    const other = await gateway.newCaller()
    expect(await other.call('POST', '/tasks', task)).toMatchObject({ status: 404 })
  })

  test.each([[{ task_type: 'EXPORT' }, 'task_type']])(
    '400: %j is told as not built',
    async (fields, field) => {
      expect(await caller.call('POST', '/tasks', { ...task, ...fields })).toMatchObject({
        status: 400,
        body: {
          code: 'not_implemented',
          details: { fields: { [field]: expect.stringContaining('not implemented') } },
        },
      })
    },
  )
})

test.each([
  [{ upload_id: undefined }, 'upload_id', 'is required, or file_url'],
  [{ file_url: 'https://example.com/a.csv' }, 'file_url', 'must not come with upload_id'],
  [
    { upload_id: undefined, file_url: 'ftp://example.com/a.csv' },
    'file_url',
    'must be an address that begins with https://',
  ],
  [
    { upload_id: undefined, file_url: 'http://example.com/a.csv' },
    'file_url',
    'http://example.com is not reached by https',
  ],
  [
    { upload_id: undefined, file_url: `https://ada:${'secret'}@example.com/a.csv` },
    'file_url',
    'the address must not have a password in it',
  ],
  [
    { upload_id: undefined, file_url: 'https://169.254.169.254/a.csv' },
    'file_url',
    '169.254.169.254 is not a public address',
  ],
])('POST /tasks: 400: %j names what is wrong with where the file is', async (fields, field, message) => {
  expect(await caller.call('POST', '/tasks', { ...task, ...fields })).toMatchObject({
    status: 400,
    body: { code: 'validation_error', details: { fields: { [field]: message } } },
  })
})

describe('tasks', () => {
  test('are listed by what they are, and not to others', async () => {
    const own = await gateway.newCaller()
    const { upload_id } = z.object({ upload_id: z.string() }).parse((await upload(gateway, own, 'a\n')).body)
    const { task: begun } = started.parse(
      (await own.call('POST', '/tasks', { ...eventsTask, upload_id })).body,
    )
    const list = (query: string) => own.call('GET', `/tasks?${query}`)
    expect(await list('task_status=PENDING&entity_type=EVENTS&limit=1')).toMatchObject({
      status: 200,
      body: { items: [{ id: begun.id }], pagination: { total: 1, limit: 1, offset: 0 } },
    })
    for (const query of ['task_status=FAILED', 'task_type=EXPORT', 'created_by=nobody', 'status=deleted']) {
      expect(await list(query)).toMatchObject({ status: 200, body: { items: [] } })
    }
    expect(await caller.call('GET', `/tasks/${begun.id}`)).toMatchObject({ status: 404 })
    expect(await caller.call('PUT', `/tasks/${begun.id}/status`, { task_status: 'FAILED' })).toMatchObject({
      status: 404,
    })
  })

  test('can be cancelled, and brought into no other state', async () => {
    const { task: begun, workflow_id } = started.parse((await caller.call('POST', '/tasks', task)).body)
    const set = (task_status: string) => caller.call('PUT', `/tasks/${begun.id}/status`, { task_status })
    expect(await set('COMPLETED')).toMatchObject({ status: 400, body: { code: 'validation_error' } })
    expect(await set('FAILED')).toMatchObject({ status: 200 })
    const history = await gateway.temporal.describeWorkflow(caller.scoped.scope, workflow_id)
    expect(history.status).toBe('Running')
  })
})
