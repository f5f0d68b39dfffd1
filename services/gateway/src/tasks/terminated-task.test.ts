import { withTestClient } from '@flexprice/testing/temporal'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { eventsTask, startImports, upload } from '../testing/imports-under-test.ts'

const imports = await startImports(20)
afterAll(() => imports[Symbol.asyncDispose]())

const started = z.object({ workflow_id: z.string(), task: z.object({ id: z.string() }) })

/** Begins an import of many rows and terminates its workflow, as an operator may. */
async function terminatedTask(caller: Caller): Promise<string> {
  const rows = Array.from({ length: 50_000 }, (_, index) => `e${index},call,ada\n`)
  const file = `event_id,event_name,external_customer_id\n${rows.join('')}`
  const { upload_id } = z
    .object({ upload_id: z.string() })
    .parse((await upload(imports.gateway, caller, file)).body)
  const begun = started.parse((await caller.call('POST', '/tasks', { ...eventsTask, upload_id })).body)
  const processed = async () =>
    z.object({ processed_records: z.int() }).parse((await caller.call('GET', `/tasks/${begun.task.id}`)).body)
      .processed_records
  await expect.poll(processed, { timeout: 30_000 }).toBeGreaterThan(0)
  await withTestClient((client) => client.workflow.getHandle(begun.workflow_id).terminate('by an operator'))
  return begun.task.id
}

test('a task whose workflow was terminated is told as failed, and can be taken back', async () => {
  const caller = await imports.gateway.newCaller()
  const id = await terminatedTask(caller)
  const shown = await caller.call('GET', `/tasks/${id}`)
  expect(shown).toMatchObject({
    body: {
      task_status: 'FAILED',
      error_summary: expect.stringMatching(/^The workflow was terminated after \d+ rows$/),
    },
  })
  const { processed_records: done } = z.object({ processed_records: z.int() }).parse(shown.body)
  const reverted = await caller.call('POST', `/tasks/${id}/revert`)
  const { workflow_id } = started.parse(reverted.body)
  const outcome = await imports.gateway.temporal.workflowResult(caller.scoped.scope, workflow_id, {
    waitMs: 40_000,
  })
  expect(outcome).toMatchObject({ result: { reverted_records: done, gone_records: 0 } })
})

test('such a task is told so in a list, too, and whoever cancels it is told', async () => {
  const caller = await imports.gateway.newCaller()
  const listed = await terminatedTask(caller)
  expect(await caller.call('GET', '/tasks')).toMatchObject({
    body: { items: [{ id: listed, task_status: 'FAILED' }] },
  })
  const cancelled = await terminatedTask(caller)
  expect(await caller.call('PUT', `/tasks/${cancelled}/status`, { task_status: 'FAILED' })).toMatchObject({
    status: 200,
    body: { message: expect.stringContaining('The task had ended: The workflow was terminated') },
  })
  expect(await caller.call('PUT', `/tasks/${cancelled}/status`, { task_status: 'FAILED' })).toMatchObject({
    status: 400,
  })
})
