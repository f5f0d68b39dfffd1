import { describe, expect, test } from 'vitest'
import { started, startReceiver } from './testing/receiver.ts'
import { runInProcess } from './testing/run-in-process.ts'

describe('wrong usage exits with 2, says what is wrong, and sends nothing', () => {
  test.each([
    [['nope'], "unknown command 'nope'"],
    [['plans', 'sync'], "missing required argument 'id'"],
    [['plans', 'sync', 'a', 'b'], 'too many arguments'],
    [['plans', 'sync', 'a', '--wacth'], "unknown option '--wacth'"],
    [
      ['subscriptions', 'cancel', 's', '--at-period-end', '--at', '2026-07-01T00:00:00Z'],
      "'--at <instant>' cannot be used with option '--at-period-end'",
    ],
    [
      ['subscriptions', 'cancel', 's', '--without-invoice', '--at-period-end'],
      "'--without-invoice' cannot be used with option '--at-period-end'",
    ],
    [['subscriptions', 'change', 's'], "'--to <plan>' not specified"],
    [['subscriptions', 'bulk', 'preview', '--to', 'p'], 'Give --plan or --subscription'],
    [
      ['subscriptions', 'bulk', 'preview', '--to', 'p', '--plan', 'q', '--subscription', 's'],
      "'--plan <id>' cannot be used with option '--subscription <ids...>'",
    ],
    [['workflows'], 'A command is missing'],
    [['workflows', 'list', '--limit', '0'], 'a whole number from 1 to 1000'],
    [['workflows', 'list', '--workflow', 'nope'], 'probe-import'],
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
    [['keys', 'rotate', 'k', '--tenant', 't', '--environment', 'e', '--overlap', '31d'], 'at most 30d'],
    [['migrate'], 'DATABASE_OWNER_URL: is missing'],
    [['workflows', 'list', '--url', 'gateway:8080'], 'FLEXPRICE_URL: must be a URL'],
    [['queues'], 'FLEXPRICE_METRICS_URL: is missing'],
    [['queues', '--metrics-url', 'gateway:9090'], 'FLEXPRICE_METRICS_URL: must be a URL'],
  ])('%j', async (args, said) => {
    const people = await runInProcess(args)
    expect(people).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
    expect(people.stderr).not.toMatch(/\n {4}at /)
    const programs = await runInProcess([...args, '--json'])
    expect(programs.code).toBe(2)
  })

  test.each([
    ['[1]', 'must hold a JSON object'],
    ['{"a"', 'is not valid JSON'],
  ])('the input %j', async (input, said) => {
    const args = ['run', 'probe-import', '--probe-id', 'p', '--json-input', '-']
    expect(await runInProcess(args, undefined, input)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said),
    })
  })
})

describe('an answer that is no success', () => {
  test('that names bad fields: they are told, with code and request id, and it exits with 1', async () => {
    const details = { fields: { 'rows[0].at': 'must be an instant' } }
    const error = {
      code: 'validation_error',
      message: 'Not valid',
      http_status_code: 400,
      details,
      request_id: 'req_1',
    }
    await using receiver = await startReceiver({ status: 400, body: JSON.stringify(error) })
    expect(await runInProcess(['workflows', 'list'], receiver.url)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error (validation_error): Not valid\n  rows[0].at: must be an instant\n  request id: req_1\n',
    })
    const { stderr } = await runInProcess(['workflows', 'list', '--json'], receiver.url)
    expect(JSON.parse(stderr)).toEqual({
      code: 'validation_error',
      message: 'Not valid',
      details,
      request_id: 'req_1',
      exit_code: 1,
    })
  })

  test('tells what else is in it: the workflow that has been started and still runs', async () => {
    const details = { workflow_id: 'subscription-creation:env:1' }
    const code = 'service_unavailable'
    const error = { code, message: 'Still running', http_status_code: 503, details, request_id: 'req_1' }
    await using receiver = await startReceiver({ status: 503, body: JSON.stringify(error) })
    expect(await runInProcess(['workflows', 'list'], receiver.url)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('\n  workflow_id: "subscription-creation:env:1"\n'),
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
    expect(await runInProcess(['workflows', 'list'], receiver.url)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Try again in 3 s.'),
    })
  })

  test("or not the API's at all says so, and a redirection is not followed with the key", async () => {
    await using elsewhere = await startReceiver(started)
    await using proxy = await startReceiver({ status: 302, body: '', headers: { location: elsewhere.url } })
    await using page = await startReceiver({ status: 200, body: '<html>' })
    for (const { url } of [proxy, page]) {
      expect(await runInProcess(['workflows', 'list'], url)).toMatchObject({
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
    expect(await runInProcess(['workflows', 'list'], url)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/The gateway at http:\S+ cannot be reached: connect ECONNREFUSED/),
    })
  })
})

test('each level of help has an example, and the first one the exit codes', async () => {
  const top = await runInProcess(['--help'])
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
    const { code, stdout } = await runInProcess([...level, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:\n {2}\$ flexprice /)
  }
})

test('--version says the version of the program', async () => {
  expect(await runInProcess(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
})

test.each(['', '/', '/v1', '/v1/'])('the address of the gateway may end with %j', async (end) => {
  await using receiver = await startReceiver({ status: 200, body: '{}' })
  await runInProcess(['workflows', 'list'], `${receiver.url}${end}`)
  expect(receiver.received.map(({ url }) => url)).toEqual([
    expect.stringMatching(/^\/behind\/a\/proxy\/v1\/(?!v1)/),
  ])
})
