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
  ['a prototype', '{"name":"a","__proto__":{"a":1}}', {}, 'JSON'],
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

test('400 for a body of 33 MiB, and the next request works', async () => {
  const body = `{"name":"${'a'.repeat(33 * 1024 * 1024)}"}`
  expect(await send(body)).toMatchObject({ status: 400, body: { message: 'The body is larger than 32 MiB' } })
  expect(await send('{"name":"after"}')).toMatchObject({ status: 201 })
})

test('400 that names every unknown field, and no more than a hundred', async () => {
  const fields = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field_${index}`, 1]))
  const { status, body } = await send(JSON.stringify({ name: 'a', ...fields }))
  expect(status).toBe(400)
  expect(body.details.fields).toHaveLength(100)
  expect(body.details.fields[0]).toEqual({ path: 'field_0', message: 'is not a known field' })
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
