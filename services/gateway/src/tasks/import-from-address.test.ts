import { gzipSync } from 'node:zlib'
import { serveFile, startWebServer } from '@flexprice/file-store/testing'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { eventsTask, startImports } from '../testing/imports-under-test.ts'

const imports = await startImports(100)
afterAll(() => imports[Symbol.asyncDispose]())

const rows = Array.from({ length: 5_000 }, (_, index) => `e${index},call,ada\n`)
const content = Buffer.from(`event_id,event_name,external_customer_id\n${rows.join('')}`)

/** Imports what is at an address, to the end. */
async function importFrom(caller: Caller, file_url: string) {
  const body = { ...eventsTask, file_provider: 'url', file_url, track_progress: true }
  const answer = await caller.call('POST', '/tasks', body)
  expect(answer).toMatchObject({ status: 200, body: { task: { file_url } } })
  const { task, workflow_id } = z
    .object({ task: z.object({ id: z.string() }), workflow_id: z.string() })
    .parse(answer.body)
  await imports.gateway.temporal.workflowResult(caller.scoped.scope, workflow_id, { waitMs: 40_000 })
  return caller.call('GET', `/tasks/${task.id}`)
}

const eventsOf = ({ scoped }: Caller) => scoped.db.selectFrom('events').select('event_id').execute()

test('a file at an address is imported, also when it breaks at half; gzip, too', async () => {
  const caller = await imports.gateway.newCaller()
  const half = Math.floor(content.length / 2)
  await using server = await startWebServer((request, response, count) =>
    serveFile(request, response, {
      content,
      etag: '"a"',
      // The first look at it ends at its head.
      ...(count === 2 && { breaksAfter: half }),
    }),
  )
  expect(await importFrom(caller, server.url)).toMatchObject({
    body: { task_status: 'COMPLETED', created_records: rows.length, failed_records: 0 },
  })
  expect(server.asked.at(-1)).toMatch(/^bytes=\d+-$/)
  await using packed = await startWebServer((request, response) =>
    serveFile(request, response, { content: gzipSync(content) }),
  )
  expect(await importFrom(caller, packed.url)).toMatchObject({
    body: { task_status: 'COMPLETED', duplicate_records: rows.length },
  })
  expect(await eventsOf(caller)).toHaveLength(rows.length)
})

test.each([
  ['that hangs', 'sent nothing for', () => {}],
  [
    'that redirects to 169.254.169.254',
    'is not',
    (response: Parameters<Parameters<typeof startWebServer>[0]>[1]) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  ],
  [
    'that answers 500 three times',
    'answered 500, 3 times in a row',
    (response: Parameters<Parameters<typeof startWebServer>[0]>[1]) => response.writeHead(500).end(),
  ],
])('an address %s fails the task, which says so', async (_, reason, answer) => {
  const caller = await imports.gateway.newCaller()
  await using server = await startWebServer((_request, response) => {
    answer(response)
  })
  expect(await importFrom(caller, server.url)).toMatchObject({
    body: { task_status: 'FAILED', error_summary: expect.stringContaining(reason), processed_records: 0 },
  })
  expect(await eventsOf(caller)).toEqual([])
})

test('a file that has changed between attempts fails the task; what came of the first one can be taken back', async () => {
  const caller = await imports.gateway.newCaller()
  const half = Math.floor(content.length / 2)
  await using server = await startWebServer((request, response, count) =>
    serveFile(request, response, {
      content,
      etag: count < 3 ? '"a"' : '"b"',
      ...(count === 2 && { breaksAfter: half }),
    }),
  )
  const task = await importFrom(caller, server.url)
  expect(task).toMatchObject({
    body: { task_status: 'FAILED', error_summary: 'file_url: the file has changed since the import began' },
  })
  const { created_records } = z.object({ created_records: z.int() }).parse(task.body)
  expect(created_records).toBeLessThan(rows.length)
  expect(await eventsOf(caller)).toHaveLength(created_records)
})
