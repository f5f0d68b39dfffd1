import { invalid } from '@flexprice/domain'
import type { FastifyInstance } from 'fastify'
import { noteIgnored } from './ignore-unknown-fields.ts'

/**
 * Fits each request to the parts that its operation has: no body counts as an empty one, and a part that
 * it does not have is refused by name, or ignored and told, as unknown fields are. Nothing sent is silently dropped.
 */
export function fitRequestParts(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const schema = request.routeOptions.schema
    if (schema?.body !== undefined) request.body ??= {}
    if (schema?.body === undefined) expectObject(request.body)
    const unknown = [
      ...(schema?.querystring === undefined ? fieldNames(request.query) : []),
      ...(schema?.body === undefined ? fieldNames(request.body) : []),
    ]
    if (request.ignoredFields !== null) noteIgnored(request, unknown)
    else if (unknown.length > 0) {
      throw invalid(unknown.map((path) => ({ path, message: 'is not a known field' })))
    }
    done()
  })
}

const fieldsMax = 100

/** An operation without a body takes an empty object for none, as SDKs send one. */
function expectObject(body: unknown): void {
  if (body === undefined || body === null) return
  if (typeof body === 'object' && !Array.isArray(body)) return
  throw invalid([{ path: '', message: 'The body must be an object' }])
}

function fieldNames(part: unknown): string[] {
  return typeof part === 'object' && part !== null ? Object.keys(part).slice(0, fieldsMax) : []
}
