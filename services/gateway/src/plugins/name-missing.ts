import type { FastifyRequest } from 'fastify'
import type { ErrorAnswer } from './error-answer.ts'

/**
 * A record that is not there is a 404 at every door, whoever has looked for it; where its id stands in the query or
 * the body, the answer names that field. Done here, as what looks for a record does not know how it was asked for.
 */
export function nameMissing(answer: ErrorAnswer, { query, body }: FastifyRequest): ErrorAnswer {
  const id = answer.details?.id
  if (answer.status !== 404 || typeof id !== 'string') return answer
  const path = pathOf(id, query) ?? pathOf(id, body)
  if (path === undefined) return answer
  return { ...answer, details: { ...answer.details, fields: [{ path, message: 'does not exist' }] } }
}

/** Where the text stands in the value; bodies are parsed with a bound on their depth. */
function pathOf(text: string, value: unknown, path = ''): string | undefined {
  if (value === text) return path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`
    const found = pathOf(text, inner, path + step)
    if (found !== undefined) return found
  }
  return undefined
}
