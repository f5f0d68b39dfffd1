import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { eventsTask, startImports, upload } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())

const started = z.object({ workflow_id: z.string(), run_id: z.string() })

/** Takes a task back to the end. */
async function revert(caller: Caller, taskId: string) {
  const answer = await caller.call('POST', `/tasks/${taskId}/revert`)
  expect(answer).toMatchObject({ status: 200, body: { workflow_id: `task:${taskId}:revert` } })
  const { workflow_id, run_id } = started.parse(answer.body)
  const { scope } = caller.scoped
  return imports.gateway.temporal.workflowResult(scope, workflow_id, { runId: run_id, waitMs: 40_000 })
}

async function eventIds({ scoped }: Caller) {
  const rows = await scoped.db.selectFrom('events').select('event_id').orderBy('event_id').execute()
  return rows.map(({ event_id: id }) => id)
}

const header = 'event_id,event_name,external_customer_id,timestamp\n'
const row = (id: string) => `${id},call,ada,2026-03-15T12:00:00Z\n`

describe('events of an import', () => {
  test.each([false, true])('go, and the corrected file is new (watched: %j)', async (track_progress) => {
    const caller = await imports.gateway.newCaller()
    await imports.importFile(caller, header + row('before'))
    const ids = Array.from({ length: 8 }, (_, index) => `e${index}`)
    const file = `${header}${[...ids, 'before'].map(row).join('')}`
    const task = await imports.importFile(caller, file, { track_progress })
    expect(task).toMatchObject({ created_records: 8, duplicate_records: 1 })
    expect(await revert(caller, task.id)).toMatchObject({
      status: 'Completed',
      result: {
        created_records: 8,
        reverted_records: 8,
        refused_records: 0,
        gone_records: 0,
        not_restored_records: 0,
      },
    })
    expect(await eventIds(caller)).toEqual(['before'])
    expect(await caller.call('GET', `/tasks/${task.id}/revert`)).toMatchObject({
      status: 200,
      body: { revert_status: 'COMPLETED', reverted_records: 8, items: [], pagination: { total: 0 } },
    })
    expect(await imports.importFile(caller, file)).toMatchObject({ created_records: 8 })
    // What came since is not the first task's.
    expect(await revert(caller, task.id)).toMatchObject({ result: { reverted_records: 8, gone_records: 0 } })
    expect(await eventIds(caller)).toHaveLength(9)
  })

  test('without ids and instants of their own go, too; one that was voided since is told as gone', async () => {
    const caller = await imports.gateway.newCaller()
    const file = 'event_name,external_customer_id\ncall,ada\ncall,ada\ncall,bob\n'
    const task = await imports.importFile(caller, file)
    const [first = ''] = await eventIds(caller)
    expect(await caller.call('DELETE', `/events/${first}`)).toMatchObject({ status: 204 })
    expect(await revert(caller, task.id)).toMatchObject({
      result: { created_records: 3, reverted_records: 2, gone_records: 1 },
    })
    expect(await eventIds(caller)).toEqual([])
  })
})

test('customers of an import go, but for those in use, by name; those that it changed are listed', async () => {
  const caller = await imports.gateway.newCaller()
  const customer = (external_id: string) => caller.create('/customers', { external_id, name: external_id })
  const there = await customer('there')
  const task = await imports.importFile(caller, 'external_id,name\nthere,New\nada,Ada\nbob,Bob\neve,Eve\n', {
    entity_type: 'CUSTOMERS',
  })
  const known = z.object({ id: z.string() })
  const idOf = async (external: string) =>
    known.parse((await caller.call('GET', `/customers/external/${external}`)).body).id
  const bob = await idOf('bob')
  const eve = await idOf('eve')
  const opened = await caller.call('POST', '/wallets', { customer_id: bob, currency: 'usd' })
  const wallet = known.parse(opened.body)
  expect(await caller.call('DELETE', `/customers/${eve}`)).toMatchObject({ status: 204 })
  expect(await revert(caller, task.id)).toMatchObject({
    status: 'Completed',
    result: {
      created_records: 3,
      reverted_records: 1,
      refused_records: 1,
      gone_records: 1,
      not_restored_records: 1,
    },
  })
  expect(await caller.call('GET', '/customers/external/ada')).toMatchObject({ status: 404 })
  expect(await caller.call('GET', '/customers/external/there')).toMatchObject({ body: { name: 'New' } })
  expect(await caller.call('GET', `/tasks/${task.id}/revert`)).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          record_id: bob,
          outcome: 'refused',
          reason: `Customer ${bob} has wallet ${wallet.id}: terminate it first`,
        },
        { record_id: there.id, outcome: 'not_restored' },
      ],
      pagination: { total: 2 },
    },
  })
  // Once it is free, what is left goes.
  expect(await caller.call('POST', `/wallets/${wallet.id}/terminate`)).toMatchObject({ status: 200 })
  expect(await revert(caller, task.id)).toMatchObject({
    result: { reverted_records: 2, refused_records: 0, gone_records: 1 },
  })
  expect(await caller.call('GET', `/tasks/${task.id}/revert?limit=1`)).toMatchObject({
    body: { refused_records: 0, items: [{ record_id: there.id }], pagination: { total: 1, limit: 1 } },
  })
})

describe('POST /tasks/{id}/revert', () => {
  test('400: a dry run made nothing', async () => {
    const caller = await imports.gateway.newCaller()
    const { id } = await imports.importFile(caller, header + row('a'), { dry_run: true })
    expect(await caller.call('POST', `/tasks/${id}/revert`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_operation' },
    })
  })

  test("404: another environment's task, and the revert of a task that was not taken back", async () => {
    const caller = await imports.gateway.newCaller()
    const { id } = await imports.importFile(caller, header + row('a'))
    const other = await imports.gateway.newCaller()
    for (const method of ['GET', 'POST'] as const) {
      expect(await other.call(method, `/tasks/${id}/revert`)).toMatchObject({ status: 404 })
    }
    expect(await caller.call('GET', `/tasks/${id}/revert`)).toMatchObject({ status: 404 })
    expect(await eventIds(caller)).toEqual(['a'])
  })

  test('409: a task that is imported as yet; a failed one goes', async () => {
    const caller = await imports.gateway.newCaller()
    const rows = Array.from({ length: 20_000 }, (_, index) => row(`e${index}`)).join('')
    const brought = await upload(imports.gateway, caller, header + rows)
    const { upload_id } = z.object({ upload_id: z.string() }).parse(brought.body)
    const begun = await caller.call('POST', '/tasks', { ...eventsTask, upload_id })
    const { task, workflow_id } = z
      .object({ task: z.object({ id: z.string() }), workflow_id: z.string() })
      .parse(begun.body)
    expect(await caller.call('POST', `/tasks/${task.id}/revert`)).toMatchObject({
      status: 409,
      body: { code: 'invalid_operation', message: expect.stringContaining('has not ended') },
    })
    await caller.call('PUT', `/tasks/${task.id}/status`, { task_status: 'FAILED' })
    await imports.gateway.temporal.workflowResult(caller.scoped.scope, workflow_id, { waitMs: 40_000 })
    expect(await revert(caller, task.id)).toMatchObject({
      status: 'Completed',
      result: { refused_records: 0 },
    })
    expect(await eventIds(caller)).toEqual([])
  })
})
