import { unbuiltOperations } from '@flexprice/contracts/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from './testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from './testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const unbuilt = unbuiltOperations().map(({ path, ...operation }) => ({
  ...operation,
  url: `/v1${path.replaceAll(/\{\w+\}/g, 'some')}`,
}))

test('400 not_implemented with its name for each operation that is not built, whatever is sent', async () => {
  const headers = { 'x-api-key': caller.apiKey, 'content-type': 'application/json' }
  for (const { operationId, method, url } of unbuilt) {
    for (const payload of method === 'GET' ? [undefined] : ['{"not": "json"', '{"any": 1}', '']) {
      const answer = await gateway.app.inject({ method, url, headers, ...(payload && { payload }) })
      expect.soft(answer.json(), `${method} ${url}`).toMatchObject({
        code: 'not_implemented',
        http_status_code: 400,
        message: `${operationId} is not implemented`,
        details: { operation: operationId },
      })
    }
  }
})

test('401 before it without a key', async () => {
  for (const { method, url } of unbuilt.slice(0, 5)) {
    expect((await gateway.app.inject({ method, url })).statusCode).toBe(401)
  }
})

test('404 for what is no operation at all', async () => {
  expect(await caller.call('GET', '/nonsense')).toMatchObject({ status: 404, body: { code: 'not_found' } })
})
