import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { workflows } from '@flexprice/contracts/workflows'
import { createLogger } from '@flexprice/observability'
import { workflowBundle } from '@flexprice/temporal-worker'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { expect, test } from 'vitest'

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { filter: { core: 'ERROR' } } },
})

const { name } = workflows['subscription-change'].definition
const { code } = await workflowBundle(
  {
    name,
    workflows: import.meta.resolve('@flexprice/workflows/subscription-change'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  { logger: createLogger({ service: 'test', level: 'fatal' }) },
)
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.history.json'))
const options = { workflowBundle: { code } }

test('there are recorded histories of every course', () => {
  const courses = ['bulk', 'execute', 'preview', 'refused', 'retried-slice', 'retried']
  expect(files.sort()).toEqual(courses.map((course) => `${course}.history.json`))
})

test.each(files)('the workflow goes on from where %s is, at every event', async (file) => {
  await Worker.runReplayHistory(options, JSON.parse(await read(file)))
})

test('a body that does something else than it has recorded is noticed', async () => {
  const changed = (await read('execute.history.json')).replaceAll(
    'core_local_activity',
    'core_something_else',
  )
  await expect(Worker.runReplayHistory(options, JSON.parse(changed))).rejects.toThrow(
    /Nondeterminism|TMPRL1100/,
  )
})

test('the bundle has neither zod nor OpenTelemetry', () => {
  expect(code).not.toMatch(/node_modules\/(\.pnpm\/)?(zod|@opentelemetry)/)
})

function read(file: string): Promise<string> {
  return readFile(join(import.meta.dirname, file), 'utf8')
}
