import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from './testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from './testing/gateway-under-test.ts'
import { listen, type RawConnection, sendHead } from './testing/listening-gateway.ts'

const mebibyte = 1024 * 1024
const bulkBytes = 32 * mebibyte
const bulk = 'POST /v1/events/bulk'
/** Of a machine that is busy with all else, too. */
const patience = { timeout: 30_000 }

let gateway: GatewayUnderTest
let port: number
beforeAll(async () => {
  gateway = await startGateway({ config: { bodyBytesInFlightMax: 3 * bulkBytes, requestsInFlightMax: 20 } })
  port = await listen(gateway)
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function inFlight(): Promise<string | undefined> {
  return (await gateway.metrics()).match(/^http_requests_in_flight\S* (\d+)/m)?.[1]
}

/** Bytes that are set aside, as the metrics tell. */
async function bytesInFlight(): Promise<number> {
  return Number((await gateway.metrics()).match(/^http_body_bytes_in_flight\S* (\d+)/m)?.[1])
}

describe('large bodies that come slowly, or never', () => {
  const open: RawConnection[] = []
  const sendLarge = async (caller: Caller, length = bulkBytes) => {
    const connection = await sendHead(port, caller, bulk, { 'content-length': length }, '{"events": [')
    open.push(connection)
    return connection
  }

  test('are refused at once beyond what a key, and all keys, may have under way; small ones of all pass', async () => {
    const [greedy, other, third] = [
      await gateway.newCaller(),
      await gateway.newCaller(),
      await gateway.newCaller(),
    ]
    await sendLarge(greedy)
    await expect.poll(bytesInFlight, patience).toBe(bulkBytes)
    const refused = await (await sendLarge(greedy)).answered()
    expect(refused).toMatch(/^HTTP\/1\.1 429 .*retry-after: 1\r\n/is)
    expect(refused).toContain('Too many bytes of this key')

    await sendLarge(other)
    await sendLarge(third)
    await expect.poll(bytesInFlight, patience).toBe(3 * bulkBytes)
    const full = await (await sendLarge(await gateway.newCaller(), mebibyte)).answered()
    expect(full).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1\r\n/is)

    const small = { event_name: 'n', external_customer_id: 'c' }
    for (const caller of [greedy, other]) {
      expect(await caller.call('POST', '/events', small)).toMatchObject({ status: 202 })
    }
  })

  test('have their room again when their callers hang up, which is no error in the log', async () => {
    for (const { socket } of open) socket.destroy()
    await expect.poll(bytesInFlight, patience).toBe(0)
    expect(
      await (await gateway.newCaller()).call('POST', '/events/bulk', {
        events: [{ event_name: 'n', external_customer_id: 'c' }],
      }),
    ).toMatchObject({ status: 202 })
    const errors = gateway.logLines
      .map((line) => JSON.parse(line))
      .filter((line) => line['log.level'] === 'error')
    expect(errors).toEqual([])
  })

  test('without a length count as the most that the operation takes', async () => {
    const caller = await gateway.newCaller()
    const chunked = await sendHead(port, caller, bulk, { 'transfer-encoding': 'chunked' })
    await expect.poll(bytesInFlight, patience).toBe(bulkBytes)
    chunked.socket.write('0\r\n\r\n')
    expect(await chunked.answered()).toMatch(/^HTTP\/1\.1 400/)
    await expect.poll(bytesInFlight, patience).toBe(0)
    chunked.socket.destroy()
  })
})

test('400 at once, by its length alone, for a body above 1 MiB where an operation takes no list', async () => {
  const connection = await sendHead(port, await gateway.newCaller(), 'POST /v1/plans', {
    'content-length': mebibyte + 1,
  })
  expect(await connection.answered()).toMatch(/^HTTP\/1\.1 400 .*larger than this operation takes/is)
  connection.socket.destroy()
})

test('the rest of a refused body is thrown away, whoever sends nothing more, and its connection goes on', async () => {
  const caller = await gateway.newCaller()
  const length = 8 * mebibyte
  const refuse = async () => {
    const wrong = { apiKey: 'sk_wrong' }
    const connection = await sendHead(port, wrong, 'POST /v1/plans', { 'content-length': length })
    expect(await connection.answered()).toMatch(/^HTTP\/1\.1 401 /)
    return connection
  }
  const [silent, sending, last] = [await refuse(), await refuse(), await refuse()]
  for (const { socket } of [sending, last]) {
    const next = new Promise((resolve) => socket.once('data', resolve))
    socket.write(Buffer.alloc(length, ' '))
    socket.write(`GET /v1/plans/plan_x HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${caller.apiKey}\r\n\r\n`)
    expect(String(await next)).toMatch(/^HTTP\/1\.1 404 /)
  }
  for (const { socket } of [silent, sending, last]) socket.destroy()
})

test('503 at once beyond the requests that may be in flight, 429 beyond half of them by one key; health answers, and it goes on after', async () => {
  const caller = await gateway.newCaller()
  const slowly = async (by: Caller) =>
    Promise.all(
      Array.from({ length: 10 }, () => sendHead(port, by, 'POST /v1/plans', { 'content-length': 10 })),
    )
  const waiting = await slowly(caller)
  await expect.poll(inFlight, patience).toBe('10')
  expect(await caller.call('GET', '/plans/plan_x')).toMatchObject({
    ...{ status: 429, headers: { 'retry-after': '1' } },
    body: { message: 'Too many requests of this key are under way' },
  })
  const other = await gateway.newCaller()
  expect(await other.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
  // An answer has its place until it has closed.
  await expect.poll(inFlight, patience).toBe('10')
  waiting.push(...(await slowly(other)))
  await expect.poll(inFlight, patience).toBe('20')
  const refused = await caller.call('GET', '/plans/plan_x')
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  expect((await gateway.app.inject('/health/ready')).statusCode).toBe(200)
  for (const { socket } of waiting) socket.destroy()
  await expect.poll(inFlight, patience).toBe('0')
  expect(await caller.call('GET', '/plans/plan_x')).toMatchObject({ status: 404 })
})

test('503 while the event loop comes too late, before anything is looked up; health answers, and it recovers by itself', async () => {
  await using late = await startGateway({ config: { eventLoopDelayMsMax: 100 } })
  const caller = await late.newCaller()
  const get = async () => (await caller.call('GET', '/plans/plan_x')).status
  const afterBlocking = async () => {
    block(600)
    return get()
  }
  await expect.poll(afterBlocking, { ...patience, interval: 1 }).toBe(503)
  expect((await late.app.inject('/health/live')).statusCode).toBe(200)
  expect(await late.metrics()).toMatch(/^http_requests_shed_total\{reason="event-loop".*\} [1-9]/m)
  await expect.poll(get, patience).toBe(404)
})

function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a flood of wrong keys never locks out a right one of the same address, known to the gateway or not', async () => {
  await using flooded = await startGateway({ config: { unknownKeysMax: 3 } })
  const callers = await Promise.all([flooded.newCaller(), flooded.newCaller()])
  const get = (apiKey: string) =>
    flooded.app.inject({
      url: '/v1/plans/plan_x',
      headers: { 'x-api-key': apiKey },
      remoteAddress: '203.0.113.9',
    })
  const flood = Array.from({ length: 300 }, (_, index) => get(`sk_wrong_${callers[0]?.apiKey}_${index}`))
  const right = callers.map(({ apiKey }) => get(apiKey))
  expect((await Promise.all(right)).map(({ statusCode }) => statusCode)).toEqual([404, 404])
  const statuses = (await Promise.all(flood)).map(({ statusCode }) => statusCode)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(290)
})

describe('what no client of ours sends', () => {
  test.each([
    ['PATCH', '/v1/plans/plan_x', 'DELETE, GET, HEAD, PUT'],
    ['DELETE', '/v1/plans', 'POST'],
    ['OPTIONS', '/health/live', 'GET, HEAD'],
  ] as const)('405 for %s %s, with the methods that there are', async (method, url, allow) => {
    const { apiKey } = await gateway.newCaller()
    const response = await gateway.app.inject({ method, url, headers: { 'x-api-key': apiKey } })
    expect(response).toMatchObject({ statusCode: 405, headers: { allow } })
    expect(response.json()).toMatchObject({ code: 'validation_error', http_status_code: 405 })
  })

  test.each([
    [{ 'content-type': 'application/json; charset=utf-16' }, 'charset'],
    [{ 'content-type': 'application/json;charset="iso-8859-1"' }, 'charset'],
    [{ 'content-encoding': 'gzip' }, 'content-encoding'],
  ])('415 for %j', async (headers, named) => {
    const answer = await (await gateway.newCaller()).call('POST', '/plans', { name: 'a' }, headers)
    expect(answer).toMatchObject({
      status: 415,
      body: { code: 'validation_error', message: expect.stringContaining(named) },
    })
  })

  test.each([{ 'content-type': 'application/json; charset=UTF-8' }, { 'content-encoding': 'identity' }])(
    '201 for %j',
    async (headers) => {
      expect(await (await gateway.newCaller()).call('POST', '/plans', { name: 'a' }, headers)).toMatchObject({
        status: 201,
      })
    },
  )

  test.each([
    ['{"name": "a", "name": "b"}', 400],
    ['{"name": "a", "metadata": {"x": "1", "\\u0078": "2"}}', 400],
    ['{"name": "a \\"name\\": b", "description": "\\\\", "metadata": {"name": "1"}}', 201],
  ])('an object with a name twice is refused: %s is %i', async (payload, status) => {
    const { apiKey } = await gateway.newCaller()
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' }
    const response = await gateway.app.inject({ method: 'POST', url: '/v1/plans', headers, payload })
    expect(response.statusCode).toBe(status)
  })
})

describe('an answer in a browser', () => {
  test('is neither framed nor guessed nor run; the page of the API has a policy of its own', async () => {
    const { headers } = await gateway.app.inject('/v1/plans/x')
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    const page = await gateway.app.inject('/docs/')
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
  })

  test('that shows a secret is kept by nobody on the way', async () => {
    const caller = await gateway.newCaller()
    expect(await caller.call('POST', '/secrets/api/keys', { name: 'k', type: 'private_key' })).toMatchObject({
      status: 201,
      headers: { 'cache-control': 'no-store' },
    })
    expect((await caller.call('GET', '/plans/plan_x')).headers['cache-control']).toBeUndefined()
  })
})
