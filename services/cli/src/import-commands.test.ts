import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { runCli } from './testing/cli-process.ts'
import { startStack } from './testing/stack-under-test.ts'

const stack = await startStack('task-processing-with-progress')
const directory = await mkdtemp(join(tmpdir(), 'flexprice-cli-'))
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})
const started = z.object({ task_id: z.string() })

test('a file is brought, imported and watched to its end; its rejected rows can be had', async () => {
  const path = join(directory, 'usage.csv.gz')
  const rows = Array.from({ length: 3_000 }, (_, index) => `e${index},${index === 7 ? '' : 'call'},ada\n`)
  await writeFile(path, gzipSync(`event_id,event_name,external_customer_id\n${rows.join('')}`))
  const checked = await runCli(
    ['import', path, '--as', 'events', '--dry-run', '--wait', '--json'],
    stack.environment,
  )
  expect(checked).toMatchObject({ code: 0 })
  expect(JSON.parse(checked.stdout)).toMatchObject({ result: { dry_run: true, created_records: 2_999 } })
  const imported = await runCli(['import', path, '--as', 'events', '--watch'], stack.environment)
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/created_records: +2999/) })
  expect(imported.stderr).toContain('100 % | bytes sent')
  expect(imported.stderr).toMatch(/Rejected rows: flexprice tasks rejected task_\w+ > rejected.csv/)
  const task = started.parse(JSON.parse(checked.stdout).result).task_id
  const rejected = await runCli(['tasks', 'rejected', task], stack.environment)
  expect(rejected.stdout.split('\r\n').slice(0, 2)).toEqual([
    'row,field,reason,content',
    '9,event_name,is required,"e7,,ada"',
  ])
  const list = await runCli(['tasks', 'list'], stack.environment)
  expect(list.stdout).toMatch(/TASK +ENTITY +STATUS[\s\S]+EVENTS +COMPLETED +3000 +1 +usage.csv.gz/)
  expect((await runCli(['tasks', 'show', task], stack.environment)).stdout).toMatch(/failed_records: +1\n/)
  expect(await runCli(['tasks', 'cancel', task], stack.environment)).toMatchObject({ code: 1 })
})

test('an import is taken back; what stays is told', async () => {
  const path = join(directory, 'customers.csv')
  await stack.post('/customers', { external_id: 'there', name: 'There' })
  await writeFile(path, 'external_id,name\nthere,New\nada,Ada\n')
  const imported = await runCli(['import', path, '--as', 'customers', '--wait', '--json'], stack.environment)
  const task = started.parse(JSON.parse(imported.stdout).result).task_id
  const reverted = await runCli(['tasks', 'revert', task, '--watch'], stack.environment)
  expect(reverted).toMatchObject({ code: 0, stdout: expect.stringMatching(/reverted_records: +1\n/) })
  expect(reverted.stderr).toContain(`What stays: flexprice tasks kept ${task}`)
  const kept = await runCli(['tasks', 'kept', task], stack.environment)
  expect(kept.stdout).toMatch(/RECORD +OUTCOME +REASON\ncust_\w+ +not_restored/)
})

test('usage is told by groups, and events that conflict are listed', async () => {
  const path = join(directory, 'conflicts.csv')
  const rows = ['m1,token,eve,a,5', 'm1,token,eve,a,6', 'm2,token,eve,b,2', 'm3,token,mallory,,1']
  await writeFile(
    path,
    `event_id,event_name,external_customer_id,properties.model,properties.n\n${rows.join('\n')}\n`,
  )
  await runCli(['import', path, '--as', 'events', '--wait'], stack.environment)
  const conflicts = await runCli(['events', 'conflicts', '--customer', 'eve'], stack.environment)
  expect(conflicts.stdout).toMatch(/EVENT +CUSTOMER[\s\S]+m1 +eve +token +properties +1 /)
  const sum = ['--aggregation', 'SUM', '--property', 'n', '--by', 'properties.model', 'external_customer_id']
  const usage = await runCli(['events', 'usage', 'token', ...sum], stack.environment)
  expect(usage.stdout).toMatch(/a +eve +5 +1\nb +eve +2 +1\n/)
  const none = await runCli(['events', 'usage', 'token'], stack.environment)
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('customer_id') })
})

test('a file that is not there, or whose name says nothing, is a usage error', async () => {
  const missing = await runCli(
    ['import', join(directory, 'missing.csv'), '--as', 'events'],
    stack.environment,
  )
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') })
  const nameless = await runCli(['import', join(directory, 'usage'), '--as', 'events'], stack.environment)
  expect(nameless).toMatchObject({ code: 2, stderr: expect.stringContaining('--format') })
})

test.each([
  ['customers.csv', 'customers', 2],
  ['features.csv', 'features', 4],
  ['features.ndjson', 'features', 1],
  ['prices.csv', 'prices', 3],
  ['subscriptions.csv', 'subscriptions', 2],
])('examples/%s comes in as %s', async (name, entity, created_records) => {
  const path = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))
  if (name === 'prices.csv') await stack.post('/plans', { name: 'Demo', lookup_key: 'demo' })
  const imported = await runCli(['import', path, '--as', entity, '--wait', '--json'], stack.environment)
  expect(imported).toMatchObject({ code: 0 })
  expect(JSON.parse(imported.stdout)).toMatchObject({ result: { created_records, failed_records: 0 } })
})
