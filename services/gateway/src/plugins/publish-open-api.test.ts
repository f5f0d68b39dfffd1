import { operations } from '@flexprice/contracts/operations'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startGateway } from '../testing/gateway-under-test.ts'

const openApi = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

test('the document has every operation of the contracts, and every schema that it points to', async () => {
  await using gateway = await startGateway()
  const response = await gateway.app.inject({ url: '/openapi.json' })
  const document = openApi.parse(response.json())
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
    ),
  )
  const served = operations.map(({ operationId, method, path }) => `${operationId} ${method} /v1${path}`)
  expect(described.toSorted()).toEqual(served.toSorted())
  const pointed = [...response.body.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)
  expect([...new Set(pointed)].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted())
})

test('the page to read and try it is there', async () => {
  await using gateway = await startGateway()
  const response = await gateway.app.inject({ url: '/docs/' })
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toContain('text/html')
})

test('the call that brings a file tells its body', async () => {
  await using gateway = await startGateway()
  const document = openApi.parse((await gateway.app.inject({ url: '/openapi.json' })).json())
  expect(document.paths['/v1/files']?.post).toMatchObject({
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': { schema: { required: ['file'], properties: { file: { type: 'string' } } } },
      },
    },
  })
})
