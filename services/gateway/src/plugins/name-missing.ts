import { missingRecordProblem } from '@flexprice/contracts/wire'
import type { FastifyRequest } from 'fastify'
import type { ErrorAnswer } from './error-answer.ts'

/**
 * A record that is not there is a 404 at every door, whoever has looked for it; where its id stands in the query or
 * the body, the answer names that field.
 */
export function nameMissing(answer: ErrorAnswer, { query, body }: FastifyRequest): ErrorAnswer {
  const problem = answer.status === 404 ? missingRecordProblem(answer.details, [query, body]) : undefined
  return problem ? { ...answer, details: { ...answer.details, fields: [problem] } } : answer
}
