import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workflows } from '@flexprice/contracts/workflows'
import { describe, expect, test } from 'vitest'
import { started, startReceiver } from '../testing/receiver.ts'
import { runInProcess } from '../testing/run-in-process.ts'

describe('a new workflow has its command without a line here', () => {
  test('with its summary in the list, and the fields of its operation as options', async () => {
    const list = await runInProcess(['run', '--help'])
    expect(list).toMatchObject({ code: 0, stderr: '' })
    expect(list.stdout).toMatch(/probe-import \[options\] +Imports what was probed/)
    const { stdout } = await runInProcess(['run', 'probe-import', '--help'])
    expect(stdout).toContain('Fields of POST /v1/probes/{id}/import:')
    for (const option of ['--probe-id <text>', '--dry-run <boolean>', '--amount <number>', '--mode <text>']) {
      expect(stdout).toContain(option)
    }
    expect(stdout).toContain('(choices: "fast", "safe")')
    expect(stdout).not.toContain('--rows')
  })

  test('and sends what it was given, each digit of it, to the path of its operation', async () => {
    await using receiver = await startReceiver(started)
    const amount = '12345678901234567890.123456789'
    const args = ['--probe-id', 'a/b', '--amount', amount, '--dry-run', 'true', '--idempotency-key', 'k1']
    const { code, stdout } = await runInProcess(['run', 'probe-import', ...args, '--json'], receiver.url)
    expect(code).toBe(0)
    expect(stdout).toBe(`${started.body}\n`)
    expect(receiver.received).toMatchObject([
      {
        url: '/behind/a/proxy/v1/probes/a%2Fb/import',
        headers: { 'x-api-key': 'sk_test', 'idempotency-key': 'k1', prefer: 'respond-async' },
        body: `{"dry_run":true,"amount":${amount}}`,
      },
    ])
  })

  test('and takes lists and what has no option as JSON, from a file or standard input; options go before', async () => {
    await using receiver = await startReceiver(started)
    const input = '{"amount": 0.10000000000000000001, "rows": [{"at": "x"}], "url": "u", "mode": "fast"}'
    const folder = await mkdtemp(join(tmpdir(), 'flexprice-cli-'))
    const file = join(folder, 'input.json')
    await writeFile(file, input)
    const args = ['run', 'probe-import', '--probe-id', 'p', '--mode', 'safe', '--json-input']
    expect(await runInProcess([...args, file], receiver.url)).toMatchObject({ code: 0 })
    expect(await runInProcess([...args, '-'], receiver.url, input)).toMatchObject({ code: 0 })
    const sent = '{"amount":0.10000000000000000001,"rows":[{"at":"x"}],"url":"u","mode":"safe"}'
    expect(receiver.received.map(({ body }) => body)).toEqual([sent, sent])
    await rm(folder, { recursive: true })
  })

  test('and prints the result where the operation answers with it', async () => {
    await using receiver = await startReceiver({ status: 201, body: '{"id":"subs_1","amount":"1.50"}' })
    const args = ['run', 'probe-import', '--probe-id', 'p', '--amount', '1', '--wait']
    expect(await runInProcess(args, receiver.url)).toEqual({
      code: 0,
      stdout: 'id:      subs_1\namount:  1.50\n',
      stderr: '',
    })
  })

  test('a workflow that the platform alone starts has none', async () => {
    expect(workflows).not.toHaveProperty('probe')
    const { stdout } = await runInProcess(['run', '--help'])
    expect(stdout.match(/\[options\] {2,}/g)).toHaveLength(Object.keys(workflows).length + 1)
  })
})
