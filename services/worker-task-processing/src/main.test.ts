import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { workflows } from '@flexprice/contracts/workflows'
import { createTestDatabase, testProcessEnvironment } from '@flexprice/testing'
import { createTestTemporal, testTemporalSettings } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'

test("the worker's process takes a task from its queue, does it in its caller's scope, and stops", async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  const { scope } = await database.newTenant()
  const { address, namespace } = testTemporalSettings()
  const worker = spawn(process.execPath, [fileURLToPath(import.meta.resolve('./main.ts'))], {
    env: {
      ...testProcessEnvironment(),
      DATABASE_URL: database.appUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      HOST: '127.0.0.1',
      HEALTH_PORT: '0',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = once(worker, 'exit')
  try {
    const input = { task_id: `task_${randomUUID()}` }
    const { workflowId } = await temporal.startWorkflow(workflows['task-processing'], input, scope)
    const outcome = await temporal.workflowResult(scope, workflowId, { waitMs: 45_000 })
    expect(outcome).toMatchObject({ status: 'Failed', error: { code: 'not_found' } })
  } finally {
    worker.kill('SIGTERM')
  }
  expect((await ended)[0]).toBe(0)
})
