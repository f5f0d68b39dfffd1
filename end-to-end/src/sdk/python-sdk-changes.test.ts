import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testPython } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { startStack } from '../stack-under-test.ts'

const run = promisify(execFile)
const walk = fileURLToPath(new URL('walk_changes.py', import.meta.url))

test("FlexPrice's SDK for Python changes, schedules, pauses and cancels, and its models parse every answer", {
  timeout: 180_000,
}, async () => {
  await using stack = await startStack({ workflows: ['subscription-creation', 'subscription-change'] })
  const { command, environment } = testPython()
  const { stdout } = await run(command, [walk, stack.gateway.url, stack.apiKey], { env: environment })
  expect(JSON.parse(stdout)).toEqual({
    change: ['upgrade', 'Pro', 'upgrade', true],
    change_v2: ['upgrade', ['preview'], 'upgrade', ['issued'], true, 2],
    modified: [true, true],
    scheduled: [true, true, 'pending', 'cancelled'],
    paused: [true, 'paused'],
    resumed: [true, 'active'],
    cancelled: [true, 'cancelled'],
  })
})
