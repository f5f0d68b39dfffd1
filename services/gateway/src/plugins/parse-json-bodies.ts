import { isUtf8 } from 'node:buffer'
import {
  hasDuplicateNames,
  isNestedDeeper,
  jsonDepthMax,
  needsExactJson,
  parseExactJson,
} from '@flexprice/contracts/wire'
import { CodedError, invalid } from '@flexprice/domain'
import type { FastifyInstance } from 'fastify'

/**
 * Bodies are JSON in UTF-8 and nothing else, and not endlessly deep. No digit of a number is lost, `__proto__` and a name
 * that an object has twice are refused, and an empty body counts as none: SDKs send the header without one.
 */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    // Decoded anyway, a broken name would be stored with another character in it.
    if (typeof bytes === 'string' || !isUtf8(bytes)) {
      return done(new CodedError('validation_error', 'The body is not valid UTF-8'))
    }
    const body = bytes.toString('utf8')
    if (body.trim() === '') return done(null, undefined)
    if (isNestedDeeper(body, jsonDepthMax)) {
      return done(invalid([{ path: '', message: `The body is nested more than ${jsonDepthMax} deep` }]))
    }
    parse(request, body, (error, value) => {
      if (error) return done(isJson(body) ? forbiddenName(body) : error)
      if (hasDuplicateNames(body, value)) {
        return done(invalid([{ path: '', message: 'An object of the body has a name twice' }]))
      }
      done(null, needsExactJson(body) ? parseExactJson(body) : value)
    })
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is JSON and refused all the same has a name in it that would reach into every object. */
function forbiddenName(body: string): CodedError {
  const path = body.includes('__proto__') ? '__proto__' : 'constructor.prototype'
  return invalid([{ path, message: 'is not a known field' }])
}
