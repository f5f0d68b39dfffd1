import { type FieldProblem, invalid } from '@flexprice/domain'
import type { FastifyInstance } from 'fastify'

/**
 * A part of a request that its operation does not have is refused by name, as an unknown field is:
 * nothing that a caller sends is silently dropped.
 */
export function refuseUnknownParts(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const schema = request.routeOptions.schema
    const problems = [
      ...(schema?.querystring === undefined ? unknownFields(request.query) : []),
      ...(schema?.body === undefined ? unknownFields(request.body) : []),
    ]
    done(problems.length > 0 ? invalid(problems) : undefined)
  })
}

const fieldsMax = 100

function unknownFields(part: unknown): FieldProblem[] {
  if (typeof part !== 'object' || part === null) return []
  const names = Object.keys(part).slice(0, fieldsMax)
  return names.map((path) => ({ path, message: 'is not a known field' }))
}
