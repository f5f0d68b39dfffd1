import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = path.resolve(import.meta.dirname, '../flexprice.mjs')

test('flexprice runs from any folder by a link, as npx and npm link make one, and passes its exit code on', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-bin-'))
  try {
    const link = path.join(dir, 'flexprice')
    symlinkSync(program, link)
    const run = (...args: string[]) => promisify(execFile)(process.execPath, [link, ...args], { cwd: dir })
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    await expect(run('no-such-command')).rejects.toMatchObject({ code: 2 })
    // A path that is given is of the folder in which it is typed.
    const called = ['--url', 'http://127.0.0.1:1', '--api-key', 'sk_none']
    await expect(run('import', 'missing.csv', '--as', 'events', ...called)).rejects.toMatchObject({
      stderr: expect.stringContaining('missing.csv'),
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
