import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { priceBody, testPython } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createApiClient } from '../api-client.ts'
import { type StackUnderTest, startStack } from '../stack-under-test.ts'

const repositoryDir = path.resolve(import.meta.dirname, '../../..')
const read = (...names: string[]) => readFileSync(path.join(repositoryDir, ...names), 'utf8')
const page = read('docs', 'sdk.md')
const run = promisify(execFile)

let stack: StackUnderTest
let environment: Readonly<Record<string, string>>

beforeAll(async () => {
  stack = await startStack({ workflows: ['price-sync', 'subscription-creation'] })
  const client = createApiClient(stack.gateway.url, stack.apiKey)
  const { id } = z.looseObject({ id: z.string() }).parse(await client.send('POST', '/plans', { name: 'Pro' }))
  await client.send('POST', '/prices', priceBody(id))
  environment = { GATEWAY: stack.gateway.url, API_KEY: stack.apiKey, PLAN_ID: id }
})
afterAll(() => stack[Symbol.asyncDispose]())

/** The page's block in a language, and what it says that the block prints. */
function block(language: string): { program: string; printed: string } {
  const found = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`\n\`\`\`text\n(.*?)^\`\`\``, 'ms').exec(page)
  const [, program = '', printed = ''] = found ?? []
  return { program, printed }
}

test("the page's program for Node prints what it says", async () => {
  const { program, printed } = block('js')
  // As a file of this folder would find the SDK.
  const cwd = path.join(repositoryDir, 'end-to-end')
  const args = ['--input-type=module', '--eval', program]
  expect((await run(process.execPath, args, { cwd, env: environment })).stdout).toBe(printed)
})

test("the page's program for Python prints what it says", async () => {
  const { program, printed } = block('python')
  const { command, environment: python } = testPython()
  const { stdout } = await run(command, ['-c', program], { env: { ...python, ...environment } })
  expect(stdout).toBe(printed)
})

test('the page installs the versions that are tested', () => {
  const workspace = read('pnpm-workspace.yaml')
  const [, sdk] = /'@flexprice\/sdk': (\S+)/.exec(workspace) ?? []
  const [, zod] = /'@flexprice\/sdk>zod': (\S+)/.exec(workspace) ?? []
  expect(page).toContain(`npm install @flexprice/sdk@${sdk} zod@${zod}\n`)
  const [, python] = /name: 'flexprice', version: '(\S+)'/.exec(read('deploy', 'local', 'test.ts')) ?? []
  expect(page).toContain(`pip install flexprice==${python}\n`)
})
