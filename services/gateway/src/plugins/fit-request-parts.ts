import { type FieldProblem, invalid } from '@flexprice/domain'
import type { FastifyInstance } from 'fastify'

/**
 * Fits each request to the parts that its operation has: no body counts as an empty one, and a part that
 * it does not have is refused by name, as an unknown field is. Nothing sent is silently dropped.
 */
export function fitRequestParts(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const schema = request.routeOptions.schema
    if (schema?.body !== undefined) request.body ??= {}
    const problems = [
      ...(schema?.querystring === undefined ? unknownFields(request.query) : []),
      ...(schema?.body === undefined ? unknownBody(request.body) : []),
    ]
    done(problems.length > 0 ? invalid(problems) : undefined)
  })
}

const fieldsMax = 100

/** An operation without a body takes an empty object for none, as SDKs send one. */
function unknownBody(body: unknown): FieldProblem[] {
  if (body === undefined || body === null) return []
  if (typeof body !== 'object' || Array.isArray(body))
    return [{ path: '', message: 'The body must be an object' }]
  return unknownFields(body)
}

function unknownFields(part: unknown): FieldProblem[] {
  if (typeof part !== 'object' || part === null) return []
  const names = Object.keys(part).slice(0, fieldsMax)
  return names.map((path) => ({ path, message: 'is not a known field' }))
}
