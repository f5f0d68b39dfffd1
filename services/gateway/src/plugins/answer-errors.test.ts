import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function send(payload: string | Buffer, headers: Record<string, string> = {}) {
  const response = await gateway.app.inject({
    method: 'POST',
    url: '/v1/plans',
    headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json', ...headers },
    payload,
  })
  return { status: response.statusCode, headers: response.headers, body: response.json() }
}

test.each([
  ['malformed JSON', '{"name": ', {}, 'JSON'],
  ['a list for an object', '[]', {}, 'object'],
  ['text for an object', '"name"', {}, 'object'],
  ['a prototype', '{"name":"a","__proto__":{"a":1}}', {}, '__proto__: is not a known field'],
  ['a constructor', '{"constructor":{"prototype":{"a":1}}}', {}, 'constructor.prototype: is not'],
  ['a text that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), {}, 'UTF-8'],
  [
    'another content type',
    'name=a',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'application/json',
  ],
])('400 for %s', async (_what, payload, headers, message) => {
  expect(await send(payload, headers)).toMatchObject({
    status: 400,
    body: { code: 'validation_error', http_status_code: 400, message: expect.stringContaining(message) },
  })
})

test('400 that tells a field left out from a wrong one', async () => {
  expect(await send('{"description": 5}')).toMatchObject({
    status: 400,
    body: {
      details: {
        fields: { name: 'is required', description: 'must be a text' },
      },
    },
  })
})

test('400 for a body that is too large, and the next request works', async () => {
  const body = `{"name":"${'a'.repeat(1024 * 1024)}"}`
  expect(await send(body)).toMatchObject({
    status: 400,
    body: { message: 'The body is larger than this operation takes' },
  })
  expect(await send('{"name":"after"}')).toMatchObject({ status: 201 })
})

test('400 that names every unknown field, and no more than a hundred', async () => {
  const fields = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field_${index}`, 1]))
  const { status, body } = await send(JSON.stringify({ name: 'a', ...fields }))
  expect(status).toBe(400)
  expect(Object.keys(body.details.fields)).toHaveLength(100)
  expect(body.details.fields).toMatchObject({ field_0: 'is not a known field' })
})

test('404 in the same form for a route that does not exist, also below /v1', async () => {
  for (const url of ['/nope', '/v1/nope']) {
    const response = await gateway.app.inject({ url, headers: { 'x-api-key': caller.apiKey } })
    expect(response.json()).toMatchObject({
      code: 'not_found',
      http_status_code: 404,
      request_id: expect.any(String),
    })
  }
})

test('400 for a path that is no URL', async () => {
  const response = await gateway.app.inject({ url: '/v1/plans/%zz', headers: { 'x-api-key': caller.apiKey } })
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({
    code: 'validation_error',
    request_id: response.headers['x-request-id'],
  })
})

test('500 tells nothing of what broke; the log has it under the same request id', async () => {
  await using broken = await startGateway()
  broken.app.get('/broken', async () => {
    throw new Error('password of the database is hunter2')
  })
  const response = await broken.app.inject({ url: '/broken', headers: { 'x-request-id': 'find-me' } })
  expect(response.json()).toEqual({
    code: 'internal_error',
    message: 'Internal error',
    http_status_code: 500,
    request_id: 'find-me',
  })
  const lines = broken.logLines.map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({
      'log.level': 'error',
      'http.request.id': 'find-me',
      'event.action': 'request-failed',
    }),
  )
})

test('503 with Retry-After when the database is down, before and after the key was known', async () => {
  await using without = await startGateway({ databaseUrl: 'postgres://nobody:secret@127.0.0.1:1/none' })
  const response = await without.app.inject({
    url: '/v1/plans/plan_x',
    headers: { 'x-api-key': caller.apiKey },
  })
  expect(response.statusCode).toBe(503)
  expect(response.json()).toMatchObject({
    code: 'service_unavailable',
    message: 'The database cannot be reached',
  })
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
  expect(response.body).not.toMatch(/127\.0\.0\.1|secret|nobody/)
})

test.each(['[]', '[1]', '"now"', '5', 'true'])(
  '400 for %s where an operation has no body',
  async (payload) => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/v1/invoices/inv_1/finalize',
      headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json' },
      payload,
    })
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({ code: 'validation_error', message: 'The body must be an object' })
  },
)

test('a number of too many digits is refused in words of the API, not of its code', async () => {
  const response = await gateway.app.inject({
    method: 'POST',
    url: '/v1/plans/search',
    headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json' },
    payload: '{"limit": 12345678901234567890}',
  })
  expect(response.statusCode).toBe(400)
  expect(response.body).not.toContain('ExactNumber')
  expect(response.json()).toMatchObject({ details: { fields: { limit: expect.any(String) } } })
})

test.each([
  ['another version of HTTP', 'GET / HTTP/9.9\r\n\r\n', 'The request is not valid HTTP', 400],
  ['a method that does not exist', 'FETCH /v1/plans HTTP/1.1\r\nhost: a\r\n\r\n', 'The method does not', 400],
  ['headers of 32 KiB', `GET / HTTP/1.1\r\nx: ${'a'.repeat(32_768)}\r\n\r\n`, 'too long', 400],
  ['a path of 8 KiB', `GET /v1/plans/${'a'.repeat(8_192)} HTTP/1.1\r\nhost: a\r\n\r\n`, 'too long', 400],
  ['another method', 'PATCH /v1/plans HTTP/1.1\r\nhost: a\r\n\r\n', '/v1/plans takes POST, not PATCH', 405],
])('an answer in the same form for %s', async (_what, text, message, status) => {
  await using listening = await startGateway({ testDatabase: gateway.database })
  const { port } = new URL(await listening.app.listen({ host: '127.0.0.1', port: 0 }))
  const [head = '', body = ''] = (await exchange(Number(port), text)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head).toMatch(/x-request-id: req_/i)
  expect(JSON.parse(body)).toMatchObject({
    code: status === 404 ? 'not_found' : 'validation_error',
    message: expect.stringContaining(message),
    http_status_code: status,
    request_id: expect.any(String),
  })
})

/** Sends bytes as they are, and returns all that comes back. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  socket.setTimeout(1_000, () => socket.end())
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part)
  return Buffer.concat(parts).toString()
}
