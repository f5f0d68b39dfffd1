import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLogger, type Logger } from './logger.ts'
import { currentTraceId, withSpan } from './span.ts'
import { startTelemetry } from './telemetry.ts'
import { runInWorkContext, workContext } from './work-context.ts'

function logged(write: (log: Logger) => void): Record<string, unknown>[] {
  const { log, lines } = capturingLogger()
  write(log)
  return lines().map((line) => JSON.parse(line))
}

function capturingLogger() {
  let text = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const log = createLogger({ service: 'gateway', version: '1.2.3', level: 'info', destination })
  return { log, lines: () => text.split('\n').filter((line) => line !== '') }
}

test('a line is one JSON object in ECS form', () => {
  const [line] = logged((log) => log.info({ 'event.action': 'plan-created', rows: 3 }, 'made'))
  expect(line).toMatchObject({
    'log.level': 'info',
    '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    'ecs.version': expect.any(String),
    'service.name': 'gateway',
    'service.version': '1.2.3',
    'event.action': 'plan-created',
    rows: 3,
    message: 'made',
  })
})

test('an error becomes ECS error fields', () => {
  const [line] = logged((log) => log.error({ err: new TypeError('broken') }, 'failed'))
  expect(line).toMatchObject({
    error: { type: 'TypeError', message: 'broken', stack_trace: expect.any(String) },
  })
})

test("an error's causes reach the operator, redacted like the rest", () => {
  const refused = new Error('connect to postgres://app:sesame@db refused')
  const err = new Error('The database cannot be reached', { cause: refused })
  const [line] = logged((log) => log.error({ err }, 'failed'))
  expect(line).toMatchObject({
    error: {
      type: 'Error',
      message: 'The database cannot be reached',
      stack_trace: expect.stringMatching(
        /^Error: The database(?:.|\n)*\nCaused by: Error: connect to postgres:\/\/\[redacted\]@db refused\n {4}at /,
      ),
    },
  })
})

test('a line names the active span and the work it belongs to, and nothing outside of any', async () => {
  await using _telemetry = await startTelemetry({ service: 'gateway', exporter: 'none' })
  const { log, lines } = capturingLogger()
  const traceId = await runInWorkContext({ requestId: 'req_1' }, () =>
    withSpan('request', {}, async () => {
      await runInWorkContext(
        { tenantId: 'ten_1', environmentId: 'env_1', workflowId: 'w', runId: 'r' },
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          log.info('inside')
        },
      )
      expect(workContext()).toEqual({ requestId: 'req_1' })
      return currentTraceId()
    }),
  )
  log.info('outside')
  const [inside = {}, outside = {}] = lines().map((line): Record<string, unknown> => JSON.parse(line))
  expect(inside).toMatchObject({
    'trace.id': traceId,
    'span.id': expect.stringMatching(/^[0-9a-f]{16}$/),
    'http.request.id': 'req_1',
    'labels.tenant_id': 'ten_1',
    'labels.environment_id': 'env_1',
    'labels.workflow_id': 'w',
    'labels.run_id': 'r',
  })
  expect(Object.keys(outside).filter((name) => /trace|span|labels|request/.test(name))).toEqual([])
})

const secret = 'sesame-4711'

test.each([
  ['a header', { headers: { authorization: `Bearer ${secret}` } }],
  ['an API key header', { headers: { 'X-Api-Key': secret } }],
  ['a field at any depth', { a: { b: [{ c: { d: { password: secret } } }] } }],
  ['a prefixed field', { temporal_api_key: secret }],
  ['a secret that is an object', { clientSecret: { value: secret } }],
  ['a database URL field', { DATABASE_OWNER_URL: secret }],
  ['an e-mail field', { customer: { email: secret } }],
  ['an address', { address_line1: secret }],
  ['an e-mail address in text', { note: `from ${secret}@example.com today` }],
  ['an encoded e-mail address', { path: `/v1/customers?q=${secret}%40example.com` }],
  ['credentials in a URL', { note: `connecting to postgres://app:${secret}@db:5432/flexprice` }],
  ['a password with an @ in a URL', { note: `postgres://app:p@${secret}@[::1]:5432/flexprice` }],
  [
    'an error',
    { err: new Error(`redis://:${secret}@cache failed`, { cause: new Error(`Bearer ${secret}`) }) },
  ],
])('%s is redacted', (_what, fields) => {
  const { log, lines } = capturingLogger()
  log.info(fields, 'event')
  expect(lines()).toHaveLength(1)
  expect(lines().join()).toContain('[redacted]')
  expect(lines().join()).not.toContain(secret)
})

test('messages and bindings of child loggers are redacted too', () => {
  const { log, lines } = capturingLogger()
  log.child({ auth: { token: secret } }).info(`sent to ${secret}@example.com`)
  expect(lines().join()).not.toContain(secret)
})

test('what is not private stays as it is', () => {
  const fields = {
    plan_id: 'plan_1',
    url: 'https://example.com/a?b=c',
    server: { address: '127.0.0.1:7233' },
    n: 0.1,
  }
  const [line] = logged((log) =>
    log.info({ ...fields, password: null, token_count: 3 }, 'pino@10.4.0 password'),
  )
  expect(line).toMatchObject({ ...fields, token_count: 3, message: 'pino@10.4.0 password' })
})

test('redaction of a long line takes time in its length', () => {
  // What takes time in the square of it does not come to its end before the test's own time-out.
  const long = { password: 'x', text: 'a'.repeat(2_000_000), url: `a://${'b'.repeat(2_000_000)}` }
  const [line] = logged((log) => log.info(long, '@x'))
  expect(line).toMatchObject({ password: expect.not.stringContaining('x') })
})
