import { needsExactJson, parseExactJson } from '@flexprice/contracts'
import type { FastifyInstance } from 'fastify'

/**
 * Bodies are JSON and nothing else. No digit of a number is lost, `__proto__` is refused, and an
 * empty body counts as none: SDKs send the header without one.
 */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    const body = typeof text === 'string' ? text : text.toString('utf8')
    if (body.trim() === '') return done(null, undefined)
    parse(request, body, (error, value) => {
      if (error) return done(error)
      done(null, needsExactJson(body) ? parseExactJson(body) : value)
    })
  })
}
