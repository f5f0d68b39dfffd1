import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { errorResponse } from '@flexprice/contracts/wire'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { withFiles } from './open-api-files.ts'
import { withoutUnusedSchemas } from './open-api-schemas.ts'

/** `/openapi.json` and a page to read and try it at `/docs`, both made from the schemas that validate. */
export async function publishOpenApi(app: FastifyInstance): Promise<void> {
  const transform = createJsonSchemaTransform({})
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'FlexPrice', description: 'Usage-based billing, over HTTP.', version: '1.0.0' },
      components: { securitySchemes: { ApiKey: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
      security: [{ ApiKey: [] }],
    },
    transform: (route) =>
      transform({
        ...route,
        schema: {
          ...route.schema,
          response: { ...answersOf(route.schema), '4xx': errorResponse, '5xx': errorResponse },
        },
      }),
    transformObject: (document) => withFiles(withoutUnusedSchemas(jsonSchemaTransformObject(document))),
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  let document: string | undefined
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply
      .type('application/json; charset=utf-8')
      .serializer((text: string) => text)
      .send(document)
  })
}

function answersOf(schema: { response?: unknown } | undefined): object {
  return typeof schema?.response === 'object' && schema.response !== null ? schema.response : {}
}
