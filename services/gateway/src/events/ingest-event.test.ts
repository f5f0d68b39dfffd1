import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const good = { event_name: 'api_call', external_customer_id: 'acme' }

async function storedOf({ scoped }: Caller) {
  const rows = await scoped.db
    .selectFrom('events')
    .select((column) => [
      'event_id' as const,
      'event_name' as const,
      'timestamp' as const,
      'transaction_id' as const,
      column.cast<string>('properties', 'text').as('properties'),
    ])
    .orderBy('event_id')
    .execute()
  return rows
}

describe('202', () => {
  test('once the event is there, with its id', async () => {
    const own = await gateway.newCaller()
    const body = {
      ...good,
      event_id: 'a',
      timestamp: '2026-03-15T14:00:00+02:00',
      properties: { a: '00.10' },
    }
    expect(await own.call('POST', '/events', body)).toMatchObject({
      status: 202,
      body: { event_id: 'a', message: 'Event accepted' },
    })
    expect(await storedOf(own)).toMatchObject([
      {
        event_id: 'a',
        event_name: 'api_call',
        timestamp: new Date('2026-03-15T12:00:00Z'),
        properties: '{"a": "00.10"}',
      },
    ])
  })

  test.each([
    ['no id', {}],
    ['an empty id, timestamp and customer_id', { event_id: '', timestamp: '', customer_id: '' }],
  ])('for %s, which we make, and now', async (_what, more) => {
    const own = await gateway.newCaller()
    const answer = await own.call('POST', '/events', { ...good, ...more })
    expect(answer).toMatchObject({ status: 202, body: { event_id: expect.stringMatching(/^event_/) } })
    const [row] = await storedOf(own)
    expect(Math.abs((row?.timestamp.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('for numbers of 40 digits, to the last, as text and as a number', async () => {
    const own = await gateway.newCaller()
    const digits = '1234567890123456789012345678901234567890'
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { 'x-api-key': own.apiKey, 'content-type': 'application/json' },
      payload: `{"event_name":"n","external_customer_id":"c","properties":{"number":${digits},"text":"${digits}"}}`,
    })
    expect(response.statusCode).toBe(202)
    expect(await storedOf(own)).toMatchObject([{ properties: `{"text": "${digits}", "number": ${digits}}` }])
  })

  test.each([
    ['5e-05', '0.00005'],
    ['1.5E+3', '1500'],
    ['-1e-100', `-0.${'0'.repeat(99)}1`],
    ['0.30000000000000004', '0.30000000000000004'],
    [`1.${'23'.repeat(50)}`, `1.${'23'.repeat(50)}`],
    ['9.99e99', `999${'0'.repeat(97)}`],
  ])('for the number %.30s, exactly', async (json, stored) => {
    const own = await gateway.newCaller()
    const properties = { a: JSON.rawJSON(json), list: [JSON.rawJSON(json)] }
    expect((await own.call('POST', '/events', { ...good, properties })).status).toBe(202)
    expect(await storedOf(own)).toMatchObject([{ properties: `{"a": ${stored}, "list": [${stored}]}` }])
  })

  test.each([
    ['five years old', { timestamp: '2021-01-01T00:00:00Z' }],
    ['of no customer that we know', { external_customer_id: 'nobody' }],
    ['"NaN" and a negative number', { properties: { amount: 'NaN', other: -3 } }],
    ['64 KiB of properties', { properties: { a: 'x'.repeat(64 * 1024 - 8) } }],
    ['a text that looks like an escape', { properties: { a: String.raw`\u0000` } }],
  ])('for an event %s', async (_what, more) => {
    expect(await caller.call('POST', '/events', { ...good, ...more })).toMatchObject({ status: 202 })
  })
})

describe('400 that names the field', () => {
  const ahead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  test.each([
    ['no name', { event_name: undefined }, 'event_name', 'is required'],
    ['an empty name', { event_name: '' }, 'event_name', 'must not be empty'],
    ['no customer', { external_customer_id: undefined }, 'external_customer_id', 'is required'],
    ['an empty customer', { external_customer_id: '' }, 'external_customer_id', 'must not be empty'],
    [
      'a name beyond its bound',
      { event_name: 'a'.repeat(256) },
      'event_name',
      'is longer than 255 characters',
    ],
    ['an id beyond its bound', { event_id: 'a'.repeat(256) }, 'event_id', 'is longer than 255 characters'],
    ['a NUL in an id', { event_id: 'a\u0000' }, 'event_id', 'contains a character that cannot be stored'],
    [
      'half of a surrogate pair',
      { source: '\ud800' },
      'source',
      'contains a character that cannot be stored',
    ],
    ['a number for a name', { event_name: 5 }, 'event_name', 'must be string'],
    ['an unknown field', { colour: 'red' }, 'colour', 'is not a known field'],
    ['properties that are a list', { properties: [] }, 'properties', 'must be object'],
    ['a year ahead', { timestamp: ahead(365) }, 'timestamp', 'is more than a day ahead of now'],
    ['properties of 1 MiB', { properties: { a: 'x'.repeat(1024 * 1024) } }, 'properties', 'is longer than'],
    ['a NUL in a value', { properties: { a: 'a\u0000' } }, 'properties', 'contains a character'],
    ['a NUL in a property’s name', { properties: { 'a\u0000': 'a' } }, 'properties', 'contains a character'],
  ])('for %s', async (_what, more, path, message) => {
    const answer = await caller.call('POST', '/events', { ...good, ...more })
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
    expect(problemsOf(answer)).toEqual({ [path]: expect.stringContaining(message) })
  })

  test.each([
    ['1773576000'],
    ['15.03.2026'],
    ['2026-03-15'],
    ['2026-03-15T12:00:00'],
    ['2026-03-15T12:00Z'],
    ['2026-03-15 12:00:00Z'],
    ['2026-02-30T12:00:00Z'],
    ['Sun, 15 Mar 2026 12:00:00 GMT'],
    ['0999-03-15T12:00:00Z'],
  ])('for the timestamp %s, and says what is right', async (timestamp) => {
    const answer = await caller.call('POST', '/events', { ...good, timestamp })
    expect(answer.status).toBe(400)
    expect(problemsOf(answer)).toEqual({ timestamp: expect.stringContaining('2026-03-15T12:00:00Z') })
  })

  test('for depth beyond its bound', async () => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json' },
      payload: `{"event_name":"n","external_customer_id":"c","properties":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    })
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({ message: expect.stringContaining('nested more than') })
  })

  const number = (json: string) => JSON.rawJSON(json)
  test.each([
    ['a', number('1e200000')],
    ['a', number('1e400')],
    ['a', number('1e+120')],
    ['a', number('1e100')],
    ['a', number('-1e-101')],
    ['a', number('1'.repeat(101))],
    ['a', number(`0.${'1'.repeat(101)}`)],
    ['a.b', { b: number('1e+120') }],
    ['a.b[1].c', { b: [number('5e-05'), { c: number('1e-400') }] }],
  ])('for a number at properties.%s that is beyond 100 digits: %j', async (path, a) => {
    const answer = await caller.call('POST', '/events', { ...good, properties: { fine: number('5e-05'), a } })
    expect(answer.status).toBe(400)
    expect(problemsOf(answer)).toEqual({ [`properties.${path}`]: expect.stringContaining('100 digits') })
  })
})

test('the same id counts once, the first one wins, in each environment by itself', async () => {
  const own = await gateway.newCaller()
  const body = { ...good, event_id: 'twice' }
  await own.call('POST', '/events', body)
  expect(await own.call('POST', '/events', { ...body, event_name: 'other' })).toMatchObject({ status: 202 })
  expect(await storedOf(own)).toMatchObject([{ event_id: 'twice', event_name: 'api_call' }])
  const other = await gateway.newCaller()
  await other.call('POST', '/events', body)
  expect(await storedOf(other)).toHaveLength(1)
})

test('under an Idempotency-Key an event without an id is taken in once, and the answer is the same', async () => {
  const own = await gateway.newCaller()
  const header = { 'idempotency-key': 'k' }
  const [first, second] = [
    await own.call('POST', '/events', good, header),
    await own.call('POST', '/events', good, header),
  ]
  expect(first).toMatchObject({ status: 202 })
  expect(second.body).toEqual(first.body)
  expect(await storedOf(own)).toHaveLength(1)
  expect(await own.call('POST', '/events', { ...good, source: 'x' }, header)).toMatchObject({ status: 409 })
})

test('a hundred at the same time are written in few statements, each once', async () => {
  const own = await gateway.newCaller()
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      own.call('POST', '/events', { ...good, event_id: `e-${index % 50}` }),
    ),
  )
  expect(answers.every(({ status }) => status === 202)).toBe(true)
  expect(await storedOf(own)).toHaveLength(50)
  const transactions = new Set((await storedOf(own)).map((row) => row.transaction_id))
  expect(transactions.size).toBeLessThan(25)
})
