import type { IncomingMessage, ServerResponse } from 'node:http'
import { largeBodyBytesMax, type Operation, type OperationSchema } from '@flexprice/contracts/wire'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'

/** The server as routes see it: what a handler reads and sends has the types of its operation's schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** An operation of the contracts as the head of a Fastify route; the caller adds the handler. */
export function routeOf<Schema extends OperationSchema>(operation: Operation<Schema>) {
  const { method, path, schema, operationId, summary, tag } = operation
  return {
    method,
    url: pathPattern(path),
    schema: { ...schema, operationId, summary, tags: [tag] },
    config: { operation },
    ...(operation.body === 'large' ? { bodyLimit: largeBodyBytesMax } : {}),
  }
}

/** `/plans/{id}` as the router writes it: `/plans/:id`. */
export function pathPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
