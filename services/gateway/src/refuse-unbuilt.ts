import { unbuiltOperations } from '@flexprice/contracts/operations'
import { CodedError } from '@flexprice/domain'
import type { FastifyInstance } from 'fastify'
import { pathPattern } from './route.ts'

/**
 * An operation of the published contract that is not built is refused by its name, whatever else is wrong with the
 * request but its key. Without a place of its own, `/customers/usage` would be the id of a customer.
 */
export function refuseUnbuilt(api: FastifyInstance): void {
  for (const { operationId, method, path } of unbuiltOperations()) {
    const refusal = () =>
      new CodedError('not_implemented', `${operationId} is not implemented`, {
        details: { operation: operationId },
      })
    api.route({
      method,
      url: pathPattern(path),
      schema: { hide: true },
      // Behind the hooks of the app, so the key has been asked for; the body is never read.
      onRequest: (_request, _reply, done) => done(refusal()),
      handler: () => Promise.reject(refusal()),
    })
  }
}
