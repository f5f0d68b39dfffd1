import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf, paste } from './pasted-blocks.ts'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

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

test('each block of the tutorial prints what the page says', async () => {
  const blocks = blocksOf({ file: 'docs/tutorial.md' })
  expect(await paste(blocks, { FLEXPRICE_LOCAL_DIR: localDir })).toEqual(blocks.map(({ printed }) => printed))
})
