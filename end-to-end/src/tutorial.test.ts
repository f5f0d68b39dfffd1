import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

const repositoryDir = path.resolve(import.meta.dirname, '../..')
const tutorial = readFileSync(path.join(repositoryDir, 'docs', 'tutorial.md'), 'utf8')
/** Between what one block prints and what the next one does. */
const mark = '--- end of a block ---'

let stack: StackUnderTest
let localDir: string

beforeAll(async () => {
  stack = await startStack({
    workflows: ['cron-billing', 'subscription-creation', 'price-sync', 'calculate-charges'],
  })
  localDir = mkdtempSync(path.join(tmpdir(), 'flexprice-tutorial-'))
  const file = {
    gateway_url: stack.gateway.url,
    database_url: stack.database.appUrl,
    database_owner_url: stack.database.ownerUrl,
  }
  writeFileSync(path.join(localDir, 'stack.json'), JSON.stringify(file), { mode: 0o600 })
})
afterAll(async () => {
  rmSync(localDir, { recursive: true, force: true })
  await stack[Symbol.asyncDispose]()
})

/** Each block of commands, and what the page says that it prints. */
function blocksOf(page: string) {
  return [...page.matchAll(/^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/gms)].map(
    ([, commands = '', printed = '']) => ({ commands, printed }),
  )
}

test('each block of the tutorial prints what the page says', async () => {
  const blocks = blocksOf(tutorial)
  const script = blocks.map(({ commands }) => `${commands}echo '${mark}'\n`).join('')
  expect(await run(script)).toEqual(blocks.map(({ printed }) => printed))
})

/** In one shell, as somebody would paste them. */
async function run(script: string): Promise<readonly string[]> {
  const file = path.join(localDir, 'tutorial.sh')
  writeFileSync(file, `export FLEXPRICE_LOCAL_DIR='${localDir}'\n${script}`)
  const shell = spawn('bash', [file], {
    cwd: repositoryDir,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed = await text(shell.stdout)
  return printed.split(`${mark}\n`).slice(0, -1)
}
