import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testPython } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { startStack } from '../stack-under-test.ts'
import { expectedWalk, walked } from './walked.ts'

const run = promisify(execFile)
const walk = fileURLToPath(new URL('walk.py', import.meta.url))

test("FlexPrice's SDK for Python goes from a customer to an invoice, and its models parse every answer", {
  timeout: 180_000,
}, async () => {
  await using stack = await startStack({
    workflows: ['price-sync', 'subscription-creation', 'calculate-charges', 'task-processing'],
    environment: { FILE_URL_LOOPBACK: 'allow' },
  })
  const { command, environment } = testPython()
  const { stdout } = await run(command, [walk, stack.gateway.url, stack.apiKey], {
    env: environment,
  })
  const seen = walked.parse(JSON.parse(stdout))
  expect(seen).toMatchObject(expectedWalk)
  expect(seen.line_prices).toEqual(seen.expected_prices)
  expect(seen.line_meters).toEqual(['api.call'])
  expect(seen.replaced_invoice).toEqual(['DRAFT', 'FINALIZED', '19.99'])
  expect(seen.one_off).toEqual({
    same: true,
    status: ['DRAFT', 'FINALIZED', 'PENDING'],
    money: ['usd', '350.5', '350.5', '100', '250.5'],
    notes: ['2900-02-01', '7', 'sdk-python-one-off'],
    refusal: [400, 'validation_error', ['total']],
  })
  expect(seen.credited).toEqual({
    status: ['DRAFT', 'FINALIZED', 'REFUND'],
    numbered: true,
    refunds: [['5', 'SUCCEEDED', 'OUT_OF_BAND']],
    money: ['20', '10', '5', 'SUCCEEDED'],
    refusal: [400, 'validation_error', ['line_items[0].amount']],
  })
})
