import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createOutput } from './output.ts'
import { createProgressView } from './progress-view.ts'

/** What is written while a workflow's progress is shown. */
async function shown(options: { json: boolean; isTTY: boolean }, ...progress: unknown[]): Promise<Shown> {
  const written = { stdout: '', stderr: '' }
  const stdout = new PassThrough().on('data', (chunk) => {
    written.stdout += chunk
  })
  const stderr = Object.assign(new PassThrough(), { isTTY: options.isTTY, columns: 80 }).on(
    'data',
    (chunk) => {
      written.stderr += chunk
    },
  )
  {
    using view = createProgressView(createOutput({ stdout, stderr }, options), 'watch')
    for (const one of progress) view.show(JSON.stringify(one ?? null), one)
    await sleep(50)
  }
  return { stdout: written.stdout, stderr: stripVTControlCharacters(written.stderr) }
}

interface Shown {
  readonly stdout: string
  readonly stderr: string
}

const quarter = { rows_read: 5, percent: 25, by_reason: { ended: 1 } }
const half = { rows_read: 10, percent: 50 }

test('on a terminal it is a bar with the percentage and the counts', async () => {
  const { stdout, stderr } = await shown({ json: false, isTTY: true }, quarter)
  expect(stdout).toBe('')
  expect(stderr).toContain('███████▌'.slice(0, 7))
  expect(stderr).toMatch(/░ 25 % \| rows read 5/)
})

test('elsewhere it is a line a change', async () => {
  const { stderr } = await shown({ json: false, isTTY: false }, undefined, quarter, quarter, half)
  expect(stderr).toBe('running\n25 % | rows read 5\n50 % | rows read 10\n')
})

test('for programs it is an object a change, terminal or not', async () => {
  const told = await shown({ json: true, isTTY: true }, quarter, quarter, half)
  expect(told).toEqual({ stdout: `${JSON.stringify(quarter)}\n${JSON.stringify(half)}\n`, stderr: '' })
})
