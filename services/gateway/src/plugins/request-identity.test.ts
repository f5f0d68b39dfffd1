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

async function send(method: 'POST' | 'PUT' | 'DELETE', key: string) {
  const response = await gateway.app.inject({
    method,
    url: method === 'POST' ? '/v1/plans' : '/v1/plans/plan_7',
    headers: { 'x-api-key': caller.apiKey, 'idempotency-key': key },
    ...(method !== 'DELETE' && { payload: { name: 'Pro' } }),
  })
  const { statusCode: status, headers, body: text } = response
  return { status, replayed: headers['idempotent-replayed'], text, body: response.json() }
}

test.each([
  ['an empty one', ''],
  ['256 characters', 'k'.repeat(256)],
  ['a tab', 'a\tb'],
  ['no ASCII', 'schlüssel'],
])('400 that names the header for %s, whatever the method', async (_what, key) => {
  for (const method of ['POST', 'PUT', 'DELETE'] as const) {
    expect(await send(method, key)).toMatchObject({
      status: 400,
      body: { code: 'validation_error', details: { fields: { 'Idempotency-Key': expect.any(String) } } },
    })
  }
})

test('a key of 255 printable characters works, and what looks like SQL is a key like any other', async () => {
  for (const key of ['~'.repeat(255), "' or 1=1 --"]) {
    const first = await send('POST', key)
    expect(first).toMatchObject({ status: 201 })
    expect(await send('POST', key)).toMatchObject({ replayed: 'true', text: first.text })
  }
})
