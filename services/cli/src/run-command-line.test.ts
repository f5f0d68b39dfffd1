import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type Operation, operations } from '@flexprice/contracts'
import { defineContract, defineWorkflow, workflows } from '@flexprice/contracts/workflows'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runCommandLine } from './run-command-line.ts'

/** A workflow that is in no registry: what it needs to have a command is what a new one brings anyway. */
const probe = defineContract({
  definition: defineWorkflow({
    name: 'probe-import',
    type: 'ProbeImportWorkflow',
    summary: 'Imports what was probed',
    entityType: 'probe',
    whenRunning: { policy: 'reuse' },
    executionTimeout: '5 minutes',
    priority: 3,
    startedBy: 'importProbe',
  }),
  input: z.strictObject({ probe_id: z.string() }),
  result: z.strictObject({ done: z.boolean() }),
  progress: undefined,
  workflowId: (environmentId, { probe_id }) => `probe-import:${environmentId}:${probe_id}`,
  entityId: ({ probe_id }) => probe_id,
})
const importProbe: Operation = {
  operationId: 'importProbe',
  method: 'POST',
  path: '/probes/{id}/import',
  tag: 'Probes',
  summary: 'Import',
  schema: {
    params: z.strictObject({ id: z.string() }),
    body: z.strictObject({
      dry_run: z.boolean().optional(),
      amount: z.number(),
      mode: z.enum(['fast', 'safe']).nullish(),
      rows: z.array(z.object({ at: z.string() })).optional(),
      url: z.string().optional(),
    }),
    response: { 202: z.object({ workflow_id: z.string(), run_id: z.string() }) },
  },
}

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(args: readonly string[], url = 'http://127.0.0.1:9', stdin = ''): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await runCommandLine(args, {
    variables: { FLEXPRICE_URL: url, FLEXPRICE_API_KEY: 'sk_test' },
    stdin: Readable.from([stdin]),
    stdout,
    stderr,
    workflows: { ...workflows, 'probe-import': probe },
    operations: [...operations, importProbe],
  })
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr) }
}

/** Whoever is at the other end of the wire: it notes the request and answers as told. */
async function startReceiver(answer: { status: number; body: string; headers?: Record<string, string> }) {
  const received: { url: string | undefined; headers: Record<string, unknown>; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    received.push({ url: request.url, headers: request.headers, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = z.object({ port: z.int() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${address.port}/behind/a/proxy`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const started = { status: 202, body: '{"workflow_id":"probe-import:env:p","run_id":"r"}' }

describe('a new workflow has its command without a line here', () => {
  test('with its summary in the list, and the fields of its operation as options', async () => {
    const list = await run(['run', '--help'])
    expect(list).toMatchObject({ code: 0, stderr: '' })
    expect(list.stdout).toMatch(/probe-import \[options\] +Imports what was probed/)
    const { stdout } = await run(['run', 'probe-import', '--help'])
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
    const { code, stdout } = await run(['run', 'probe-import', ...args, '--json'], receiver.url)
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
    const file = join(await mkdtemp(join(tmpdir(), 'flexprice-cli-')), 'input.json')
    await writeFile(file, input)
    const args = ['run', 'probe-import', '--probe-id', 'p', '--mode', 'safe', '--json-input']
    expect(await run([...args, file], receiver.url)).toMatchObject({ code: 0 })
    expect(await run([...args, '-'], receiver.url, input)).toMatchObject({ code: 0 })
    const sent = '{"amount":0.10000000000000000001,"rows":[{"at":"x"}],"url":"u","mode":"safe"}'
    expect(receiver.received.map(({ body }) => body)).toEqual([sent, sent])
  })

  test('and prints the result where the operation answers with it', async () => {
    await using receiver = await startReceiver({ status: 201, body: '{"id":"subs_1","amount":"1.50"}' })
    const args = ['run', 'probe-import', '--probe-id', 'p', '--amount', '1', '--wait']
    expect(await run(args, receiver.url)).toEqual({
      code: 0,
      stdout: 'id:      subs_1\namount:  1.50\n',
      stderr: '',
    })
  })

  test('a workflow that the platform alone starts has none', async () => {
    expect(workflows).not.toHaveProperty('probe')
    const { stdout } = await run(['run', '--help'])
    expect(stdout.match(/\[options\] {2,}/g)).toHaveLength(Object.keys(workflows).length + 1)
  })
})

describe('wrong usage exits with 2, says what is wrong, and sends nothing', () => {
  test.each([
    [['nope'], "unknown command 'nope'"],
    [['plans', 'sync'], "missing required argument 'id'"],
    [['plans', 'sync', 'a', 'b'], 'too many arguments'],
    [['plans', 'sync', 'a', '--wacth'], "unknown option '--wacth'"],
    [['workflows'], 'A command is missing'],
    [['workflows', 'list', '--limit', '0'], 'a whole number from 1 to 1000'],
    [['workflows', 'list', '--workflow', 'nope'], 'Allowed choices are price-sync, probe-import'],
    [['run', 'probe-import', '--amount', '1'], "'--probe-id <text>' not specified"],
    [
      ['run', 'probe-import', '--probe-id', 'p', '--amount', '1e3'],
      '--amount must be a plain decimal number',
    ],
    [['run', 'probe-import', '--probe-id', 'p', '--dry-run', 'yes'], 'Allowed choices are true, false'],
    [['run', 'probe-import', '--probe-id', 'p', '--json-input', '/no/such/file'], 'cannot be read: ENOENT'],
    [['keys', 'create', '--name', 'n'], "'--tenant <id>' not specified"],
    [
      [
        'keys',
        'create',
        '--tenant',
        't',
        '--environment',
        'e',
        '--name',
        'n',
        '--expires-at',
        '2020-01-01T00:00:00Z',
      ],
      'lies in the past',
    ],
    [['keys', 'rotate', 'k', '--tenant', 't', '--environment', 'e', '--overlap', '91d'], 'at most 90d'],
    [['migrate'], 'DATABASE_OWNER_URL: is missing'],
    [['queues', '--url', 'gateway:8080'], 'FLEXPRICE_URL: must be a URL'],
  ])('%j', async (args, said) => {
    const people = await run(args)
    expect(people).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
    expect(people.stderr).not.toMatch(/\n {4}at /)
    const programs = await run([...args, '--json'])
    expect(programs.code).toBe(2)
  })

  test.each([
    ['[1]', 'must hold a JSON object'],
    ['{"a"', 'is not valid JSON'],
  ])('the input %j', async (input, said) => {
    const args = ['run', 'probe-import', '--probe-id', 'p', '--json-input', '-']
    expect(await run(args, undefined, input)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said),
    })
  })
})

describe('an answer that is no success', () => {
  test('that names bad fields: they are told, with code and request id, and it exits with 1', async () => {
    const details = { fields: [{ path: 'rows[0].at', message: 'must be an instant' }] }
    const error = {
      code: 'validation_error',
      message: 'Not valid',
      http_status_code: 400,
      details,
      request_id: 'req_1',
    }
    await using receiver = await startReceiver({ status: 400, body: JSON.stringify(error) })
    expect(await run(['queues'], receiver.url)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error (validation_error): Not valid\n  rows[0].at: must be an instant\n  request id: req_1\n',
    })
    const { stderr } = await run(['queues', '--json'], receiver.url)
    expect(JSON.parse(stderr)).toEqual({
      code: 'validation_error',
      message: 'Not valid',
      fields: details.fields,
      request_id: 'req_1',
      exit_code: 1,
    })
  })

  test('of an overloaded gateway exits with 5 and says when to try again', async () => {
    const error = {
      code: 'too_many_requests',
      message: 'Too many',
      http_status_code: 429,
      request_id: 'req_1',
    }
    await using receiver = await startReceiver({
      status: 429,
      body: JSON.stringify(error),
      headers: { 'retry-after': '3' },
    })
    expect(await run(['queues'], receiver.url)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Try again in 3 s.'),
    })
  })

  test("or not the API's at all says so, and a redirection is not followed with the key", async () => {
    await using elsewhere = await startReceiver(started)
    await using proxy = await startReceiver({ status: 302, body: '', headers: { location: elsewhere.url } })
    await using page = await startReceiver({ status: 200, body: '<html>' })
    for (const { url } of [proxy, page]) {
      expect(await run(['queues'], url)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/but not as the API does\n.*--url/),
      })
    }
    expect(elsewhere.received).toEqual([])
  })

  test('because nobody is there exits with 5 and says where it was looked for', async () => {
    await using closed = await startReceiver(started)
    const { url } = closed
    await closed[Symbol.asyncDispose]()
    expect(await run(['queues'], url)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/The gateway at http:\S+ cannot be reached: connect ECONNREFUSED/),
    })
  })
})

test('each level of help has an example, and the first one the exit codes', async () => {
  const top = await run(['--help'])
  expect(top.stdout).toContain('Exit codes:')
  const levels = [
    [],
    ['run'],
    ['plans'],
    ['plans', 'sync'],
    ['workflows'],
    ['workflows', 'list'],
    ['queues'],
    ['migrate'],
    ['keys'],
    ['keys', 'rotate'],
    ['tenants'],
    ['environments', 'create'],
  ]
  for (const level of levels) {
    const { code, stdout } = await run([...level, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:\n {2}\$ flexprice /)
  }
})
